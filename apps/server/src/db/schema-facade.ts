import type { Sealed } from '../keys/keyring.ts';

/** Whether pages that were written for the existing service may call for this institution, and from where. */
export interface DropInRow {
  institution_id: string;
  /** What such pages call the institution; unique. */
  agtid: string;
  /** Null: the institution’s own origins. */
  origins_json: string | null;
  is_on: number;
  changed_at: number;
}

/** What a façade remembers of wrong codes of one registration at one institution (ADR 0021). */
export interface DropInCounterRow {
  institution_id: string;
  device_id: string;
  /** Failures of calls with the API key count in the registration itself (C-5): of `vouched` only the last is here. */
  channel: 'anonymous' | 'vouched';
  failures: number;
  /** Times of the failures of the last 24 hours. */
  failed_json: string;
  closed_at: number | null;
  /** How many checks its number had passed there when it was closed: one more opens it. */
  passed_then: number;
  /** The last wrong code (keyed hash) and when: its repetition within 60 s is not counted (C-5). */
  wrong_key: string | null;
  wrong_at: number | null;
}

/** What came through a façade and was right, or was said to be. No name, no number. */
export interface DropInRecordRow {
  id: string;
  institution_id: string;
  learner_ref: string;
  course_id: string;
  round: string;
  occasion_kind: string;
  occasion_number: number;
  /** A code that was judged here, or what somebody else’s check is said to have come to. */
  kind: 'code' | 'substitute' | 'entry-log';
  /** By a browser alone; by the institution’s word; or a passed check of ours, `check_id`. */
  standing: 'unsigned' | 'vouched' | 'signed';
  check_id: string | null;
  device_id: string | null;
  /** The step that was spent: the same code again, for the same occasion, is the same answer. */
  step: number | null;
  /** Keyed hash of what was logged: the same again is one row. */
  source_key: string | null;
  at: number;
}

/** What an institution reports as, and where to; without an address it is written to files alone. */
export interface ReportTargetRow {
  institution_id: string;
  /** The institution’s id at the receiver. */
  agent_pk: string;
  url_sealed: Sealed | null;
  key_sealed: Sealed | null;
  /** Whether a server sends by itself after every hour. */
  hourly: number;
  /** What was passed before is not sent. */
  reported_from: number;
  /** Up to when every passed check has its numbers. */
  taken_until: number;
  /** Since when nothing leaves because a backup was put back (P-6). */
  held_at: number | null;
  created_at: number;
  changed_at: number;
}

/** One kind of report of one institution: its next number, and who is sending. Stays when the target goes. */
export interface ReportLaneRow {
  institution_id: string;
  kind: string;
  next_seq: number;
  /** In a row without an answer that took them. */
  attempts: number;
  next_at: number;
  leased_until: number | null;
}

/** Which number a fact has: given once and never again. What is sent is made of the check. */
export interface ReportRowRow {
  institution_id: string;
  kind: string;
  seq: number;
  /** The check, or the keyed hash of a learner’s session. */
  source: string;
  check_id: string;
  /** When the check was passed. */
  at: number;
  /** `early`: passed before what is sent at all; `gone`: retention came before the sending. `check_hist` waits for ever. */
  status: 'waiting' | 'early' | 'sent' | 'gone';
  sent_at: number | null;
}
