export type AuditKind =
  | 'check.opened'
  | 'check.ended'
  | 'check.passed'
  | 'check.refused'
  | 'registration.begun'
  | 'registration.message-resent'
  | 'registration.proof-refused'
  | 'registration.proved'
  | 'registration.replaced'
  | 'registration.reset'
  | 'registration.locked'
  | 'registration.ended'
  | 'registration.unlocked'
  | 'registration.shown'
  | 'registration.number-changed'
  | 'identity.started'
  | 'identity.passed'
  | 'identity.refused'
  | 'provider.failed'
  | 'learner.disputed'
  | 'learner.renamed'
  | 'learner.name-released'
  | 'learner.withdrawn'
  | 'institution.added'
  | 'institution.retention-changed'
  | 'exemption.opened'
  | 'exemption.closed'
  | 'policy.changed'
  | 'policy.removed'
  | 'api-key.made'
  | 'webhook.set'
  | 'webhook.secret-changed'
  | 'webhook.removed'
  | 'signing-key.made'
  | 'drop-in.changed'
  | 'drop-in.passed'
  | 'drop-in.refused'
  | 'drop-in.closed'
  | 'drop-in.logged'
  | 'drop-in.reset'
  | 'report.configured'
  | 'report.removed'
  | 'report.held'
  | 'report.written'
  | 'report.sending'
  | 'report.pushed'
  | 'retention.cleaned'
  | 'database.behind'
  | 'deployment.closed'
  | 'deployment.reopened'
  | 'deployment.imported';

/** Who was given or lost a right (FACTS §3.1, Art. 5(3)): kept three years at least, whatever the setting. */
export const rightsKinds: readonly AuditKind[] = ['institution.added', 'api-key.made', 'drop-in.changed'];

/**
 * One line of the append-only trail (O-5). Ids are pseudonyms; `data` holds outcomes and counts, never a
 * name, number, code, seed or passcode.
 */
export interface AuditEvent {
  at: number;
  kind: AuditKind;
  /** Who did it: `learner`, `institution`, `operator:…`, `command`, `system`. */
  actor: string;
  institution?: string | null;
  learner?: string | null;
  device?: string | null;
  check?: string | null;
  data?: Readonly<Record<string, string | number | boolean | null>>;
}
