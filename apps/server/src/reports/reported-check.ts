import type { OccasionKind } from '@motp/protocol';
import type { Keyring } from '../keys/keyring.ts';
import type { ReportedCheck } from './rules.ts';
import type { SourceCheck } from './store.ts';

/** The session as the LMS gave it. */
interface Session {
  id?: string;
  ip?: string;
}

export function sessionOf(keyring: Keyring, { id, session_sealed: sealed }: SourceCheck): Session {
  if (sealed === null) return {};
  return JSON.parse(keyring.open({ table: 'check', column: 'session', row: id }, sealed).toString());
}

export function reportedCheck(keyring: Keyring, check: SourceCheck): ReportedCheck {
  return {
    learner: check.learner_ref,
    course: check.course_id,
    round: check.round,
    occasion: { kind: check.occasion_kind as OccasionKind, number: check.occasion_number },
    method: check.method ?? '',
    passedAt: check.passed_at ?? 0,
    ip: sessionOf(keyring, check).ip,
  };
}
