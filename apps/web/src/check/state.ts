import type {
  AnswerReply,
  RefusedAnswer,
  CheckState as ServedState,
  CheckStateOver as StateOver,
} from '@motp/protocol';

// PROTOCOL §3 without what only our server adds: the page works without those.
type Added = 'embedders' | 'locale' | 'install';
export type CheckState = Omit<ServedState, Added> &
  Partial<Pick<ServedState, 'embedders' | 'locale'>> & { readonly install: { url: string; qr?: string } };

export type StateReply = CheckState | StateOver;
export type { AnswerReply, RefusedAnswer };

/** What stands beside the field after an attempt. Times are local epoch milliseconds. */
export type Notice =
  | { readonly kind: 'not-a-code' }
  | ({ readonly kind: 'refused' } & Omit<RefusedAnswer, 'outcome'>)
  | { readonly kind: 'busy' | 'too-many-failures'; readonly until: number }
  /** The reply was lost, and the state says that the check is still open. */
  | { readonly kind: 'not-judged'; readonly until: number }
  /** The reply was lost, and so was the state's. */
  | { readonly kind: 'outcome-unknown' };

export type OpenScreen = {
  readonly kind: 'open';
  readonly state: CheckState;
  /** When the check expires, by this device's clock. */
  readonly deadline: number;
  /** Server's clock minus this device's, milliseconds. */
  readonly clockOffset: number;
  /** When the state was asked for: it is as new as that. Local epoch milliseconds. */
  readonly asked: number;
  readonly notice: Notice | null;
};

export type Screen =
  | { readonly kind: 'loading' }
  | OpenScreen
  | {
      readonly kind: 'passed';
      readonly state: CheckState;
      readonly receipt?: string;
      readonly returnUrl?: string;
    }
  | { readonly kind: 'over'; readonly status: 'passed' | 'expired'; readonly state: CheckState | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable'; readonly until: number };
