import type { Code } from '@motp/otp';
import type { Occasion } from '@motp/protocol';
import type { AnsweredCheck, AnsweredDevice } from './store.ts';

/** Who said for whom a code is: a browser alone, or the institution with its API key (ADR 0021). */
export type Channel = 'anonymous' | 'vouched';

/** One code for a check that nobody opened. Names and numbers are keyed hashes; `now` is the arrival, epoch ms. */
export interface UnopenedAnswer {
  readonly institution: string;
  readonly learner: string;
  readonly nameKey: string;
  readonly phoneKey: string;
  readonly course: string;
  /** '' when none was said. */
  readonly round: string;
  readonly occasion: Occasion;
  readonly channel: Channel;
  readonly code: Code;
  readonly now: number;
}

/** A pass without the key: history of its own, which no check and no decision ever reads. */
export interface UnsignedPass {
  readonly standing: 'unsigned';
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly device: AnsweredDevice;
}

/** A pass with the key: a check like any other. */
export interface SignedPass {
  readonly standing: 'signed';
  readonly check: AnsweredCheck;
}

export type UnopenedOutcome =
  /** `repeated`: the same code for the same occasion again; nothing was spent and nothing changed. */
  | { readonly kind: 'passed'; readonly repeated: boolean; readonly pass: UnsignedPass | SignedPass }
  /** Not registered, or under another name: not told apart. */
  | { readonly kind: 'mismatch' }
  /** Locked by C-5, or this institution’s façade is closed for this registration. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'refused'; readonly reason: 'code-used' | 'code-too-old' }
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** Not judged, and nothing changed. */
  | { readonly kind: 'unavailable' };

/** Judges one code and settles what follows, in one commit. */
export type AnswerUnopened = (answer: UnopenedAnswer) => Promise<UnopenedOutcome>;
