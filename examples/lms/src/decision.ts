import type { Occasion, OpenCheck, ReceiptClaims } from '@motp/lms-sdk';

/** What this site's server decided about a step. Only `open` opens it. */
export type Decision =
  | { kind: 'open'; claims: ReceiptClaims | null; nextDue: Occasion | null }
  | { kind: 'check'; check: OpenCheck }
  | { kind: 'blocked'; because: string; until: string }
  | { kind: 'refused'; code: string }
  | { kind: 'unavailable'; code: string };

/** Everything that keeps the learner outside for now, and that no check of his can change. */
export type Refusal = Exclude<Decision, { kind: 'open' | 'check' }>;
