import type { Generated } from 'kysely';
import type { Sealed } from '../keys/keyring.ts';
import type {
  DropInCounterRow,
  DropInRecordRow,
  DropInRow,
  ReportLaneRow,
  ReportRowRow,
  ReportTargetRow,
} from './schema-facade.ts';

/** Times are epoch milliseconds, flags 0 or 1, `…_json` columns JSON text, `…_key` keyed hashes (P-2). */
export interface Schema {
  deployment: DeploymentRow;
  institution: InstitutionRow;
  api_key: ApiKeyRow;
  learner: LearnerRow;
  device: DeviceRow;
  registration: RegistrationRow;
  limit_counter: LimitCounterRow;
  check: CheckRow;
  idempotency: IdempotencyRow;
  audit_event: AuditEventRow;
  message: MessageRow;
  signing_key: SigningKeyRow;
  dpop_proof: DpopProofRow;
  identity_attempt: IdentityAttemptRow;
  certified_number: CertifiedNumberRow;
  former_value: FormerValueRow;
  policy_version: PolicyVersionRow;
  lesson_passage: LessonPassageRow;
  webhook_endpoint: WebhookEndpointRow;
  webhook_event: WebhookEventRow;
  exemption_window: ExemptionWindowRow;
  provider_failure: ProviderFailureRow;
  retention_tally: RetentionTallyRow;
  transfer: TransferRow;
  drop_in: DropInRow;
  drop_in_counter: DropInCounterRow;
  drop_in_record: DropInRecordRow;
  report_target: ReportTargetRow;
  report_lane: ReportLaneRow;
  report_row: ReportRowRow;
}

export interface DeploymentRow {
  id: number;
  created_at: number;
  /** When this database was first opened in demo mode; production refuses it from then on (P-5). */
  demo_at: number | null;
  /** Keyed hash of a constant: a master key that does not belong to this database is refused. */
  key_mark: string;
}

export interface InstitutionRow {
  id: string;
  name: string;
  origins_json: string;
  help_phone: string | null;
  help_url: string | null;
  created_at: number;
  /** How long the evidence of its checks is kept, calendar years. */
  retention_years: Generated<number>;
}

export interface ApiKeyRow {
  id: string;
  institution_id: string;
  hash: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface LearnerRow {
  id: string;
  name_key: string | null;
  name_sealed: Sealed | null;
  phone_key: string | null;
  phone_sealed: Sealed | null;
  /** When the name was last proved together with the number: the 24 months of R-2a count from here. */
  named_at: number;
  created_at: number;
  withdrawn_at: number | null;
}

export interface DeviceRow {
  id: string;
  learner_id: string;
  thumbprint: string;
  status: 'active' | 'replaced' | 'reset' | 'ended';
  /** Its learner's name, while it is active, and number: an answer is compared with them. */
  name_key: string | null;
  phone_key: string | null;
  seed_sealed: Sealed | null;
  /** The last accepted step, or -1. */
  last_step: number;
  /** Steps ahead of the clock that were shown as wrong codes and are spent (C-4a). */
  spent_json: string;
  failures: number;
  /** Times of the failures of the last 24 hours (C-5). */
  failed_json: string;
  /** The last wrong code of each check that may still be open: keyed hash, when, and what clock explains it (C-4a, C-5). */
  wrongs_json: Generated<string>;
  /** The batch of answers that last settled this registration: tells whether an unanswered commit holds. */
  batch: Generated<string | null>;
  locked_at: number | null;
  /** A lock by dispute is lifted by a certified identity check alone; null: wrong codes, if locked. */
  locked_because: 'disputed' | null;
  /** When its holder said “this was not me”: of a check, or of the phone that replaced it. */
  disputed_at: number | null;
  compared_day: string | null;
  compared: number;
  consents_json: string;
  proof: 'sms' | 'identity';
  registered_at: number;
  used_at: number;
  /** `used_at` when the clean-up last looked: it is found by this, and a pass moves no index entry (R-2a). */
  idle_since: Generated<number>;
  ended_at: number | null;
}

export interface RegistrationRow {
  id: string;
  /** A new device, or another number for the device that `device_id` names. */
  purpose: Generated<'device' | 'phone'>;
  proof: Generated<'sms' | 'identity'>;
  thumbprint: string;
  encryption_key_json: string;
  name_key: string;
  name_sealed: Sealed | null;
  phone_key: string;
  phone_sealed: Sealed | null;
  address_key: string;
  locale: string;
  consents_json: string;
  code_key: string;
  reference: string;
  tries_left: number;
  resends: number;
  sent_at: number;
  code_expires_at: number;
  created_at: number;
  proved_at: number | null;
  device_id: string | null;
}

/** One row per number and per address: its lock makes R-2's limits exact. */
export interface LimitCounterRow {
  key: string;
  sent_json: string;
  wrong_json: string;
  used_at: number;
}

export interface CheckRow {
  id: string;
  institution_id: string;
  learner_ref: string;
  name_key: string;
  name_sealed: Sealed | null;
  phone_key: string;
  phone_sealed: Sealed | null;
  birth_date_sealed: Sealed | null;
  course_id: string;
  course_title: string;
  /** '' when the LMS gave none: a null would escape the unique index. */
  round: string;
  occasion_kind: string;
  occasion_number: number;
  session_key: string | null;
  session_sealed: Sealed | null;
  return_url: string | null;
  locale: string;
  token_hash: string;
  status: 'open' | 'passed' | 'expired';
  reasons_json: string;
  method: string | null;
  device_id: string | null;
  device_thumbprint: string | null;
  registration_at: number | null;
  registration_proof: string | null;
  created_at: number;
  expires_at: number;
  passed_at: number | null;
  /** How many codes were compared for a masked hint (C-3a). */
  compared: number;
  /** When an identity check extended it, which happens once. */
  extended_at: number | null;
  disputed_at: number | null;
}

export interface IdempotencyRow {
  institution_id: string;
  key: string;
  body_hash: string;
  status: number;
  body_json: string;
  created_at: number;
}

export interface AuditEventRow {
  id: Generated<number>;
  at: number;
  kind: string;
  actor: string;
  institution_id: string | null;
  learner_id: string | null;
  device_id: string | null;
  check_id: string | null;
  data_json: string | null;
}

export interface MessageRow {
  id: string;
  to_sealed: Sealed | null;
  text_sealed: Sealed | null;
  status: 'waiting' | 'sent' | 'expired';
  attempts: number;
  next_at: number;
  expires_at: number;
  created_at: number;
  done_at: number | null;
  /** Of which registration it proves the number. */
  registration_id: string | null;
}

export interface SigningKeyRow {
  kid: string;
  public_json: string;
  private_sealed: Sealed;
  created_at: number;
  retired_at: number | null;
}

export interface DpopProofRow {
  thumbprint: string;
  jti: string;
  expires_at: number;
}

/** One identity check at a certified provider (C-6). */
export interface IdentityAttemptRow {
  id: string;
  purpose: 'check' | 'registration' | 'unlock' | 'name';
  /** A check, a pending registration or a device. */
  subject_id: string;
  /** The number of the subject, for the limits. */
  phone_key: string;
  /** The key of the app that started it; null for a check page. */
  thumbprint: string | null;
  method: 'phone' | 'ipin';
  provider: string;
  secret_hash: string;
  /** What the provider's adapter needs to fetch the result; erased when done. */
  state_sealed: Sealed | null;
  status: 'starting' | 'started' | 'completing' | 'passed' | 'refused';
  reason: string | null;
  field: string | null;
  /** Keyed hash of the provider's transaction: unique, so that a result counts once. */
  result_key: string | null;
  /** The person's DI, until the registration that it proves is made. */
  di_sealed: Sealed | null;
  claimed_at: number | null;
  created_at: number;
  expires_at: number;
  done_at: number | null;
}

/** Which certified person a number belongs to, by the DI of a certified check that matched by number (C-6). */
export interface CertifiedNumberRow {
  id: string;
  phone_key: string;
  phone_sealed: Sealed;
  di_key: string;
  di_sealed: Sealed;
  certified_at: number;
}

/** A name or number that was changed; goes when consent is withdrawn. */
export interface FormerValueRow {
  id: string;
  learner_id: string;
  kind: 'name' | 'phone';
  value_sealed: Sealed;
  until: number;
}

/** One state of an institution's or a course's policy; the newest stands (S-4). */
export interface PolicyVersionRow {
  institution_id: string;
  /** '' is the institution's own. */
  course_id: string;
  version: number;
  /** Null: from here on there is none of its own. */
  policy_json: string | null;
  changed_at: number;
  /** The API key. */
  changed_by: string;
}

/** When a lesson was first let through without a check of its own; a passed check of it says the same (S-2). */
export interface LessonPassageRow {
  institution_id: string;
  learner_ref: string;
  course_id: string;
  round: string;
  number: number;
  first_at: number;
}

/** Where an institution wants to be told, and the secret that signs it. */
export interface WebhookEndpointRow {
  institution_id: string;
  url_sealed: Sealed;
  secret_sealed: Sealed;
  /** The secret before, which signs beside the new one until then. */
  former_sealed: Sealed | null;
  former_until: number | null;
  created_at: number;
}

/** One fact that an institution is told of; written with the fact. */
export interface WebhookEventRow {
  /** In the order of writing: events of one subject are sent in it. */
  seq: Generated<number>;
  id: string;
  institution_id: string;
  type: string;
  /** A check, or a learner’s pseudonym. */
  subject: string;
  /** The body as it is signed and sent, every time the same. */
  payload_json: string;
  status: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  next_at: number;
  give_up_at: number;
  /** Until when one server has it in hand. */
  leased_until: number | null;
  last_status: number | null;
  last_error: string | null;
  created_at: number;
  done_at: number | null;
}

/** What an operator declared an outage for (S-5). */
export interface ExemptionWindowRow {
  id: string;
  /** As the trail names it: `sms`, or an identity provider. */
  provider: string;
  /** Ids, or `"*"` for all. */
  institutions_json: string;
  reason: string;
  opened_at: number;
  until: number;
  closed_at: number | null;
  actor: string;
}

/** When a provider last gave no answer; a success erases nothing. */
export interface ProviderFailureRow {
  provider: string;
  failed_at: number;
  /** In a row without a quarter of an hour of quiet between two. */
  failures: number;
}

/** What the clean-up of a day has taken away so far; becomes an event of the trail when the day is over. */
export interface RetentionTallyRow {
  /** In Asia/Seoul, `2026-11-23`. */
  day: string;
  chore: string;
  /** '' for what belongs to no institution. */
  institution_id: string;
  /** Which run counts here: no two wait for each other. */
  run: string;
  cleaned: number;
  /** What was older than this. */
  until: number;
}

/** How a deployment stands that is moved. */
export interface TransferRow {
  id: number;
  /** `importing`: rows are coming in, nobody serves; `imported`: complete; `closed`: its final export was made. */
  state: 'importing' | 'imported' | 'closed';
  /** Which file comes in: its salt, hex. */
  file: string | null;
  /** How many lines of the file are in; written with them. */
  line: number;
  began_at: number;
  done_at: number | null;
}
