import { randomBytes } from 'node:crypto';
import type { Learner, ReceiptClaims } from '@motp/lms-sdk';
import type { Step } from './steps.ts';
import { dayOf } from './words.ts';

/** Twelve hours, in milliseconds. */
const lifetime = 12 * 60 * 60_000;

interface Opened {
  claims: ReceiptClaims | null;
  day: string;
}

export class Session {
  readonly id = randomBytes(32).toString('base64url');
  /** Names this session to the mOTP server without telling it the cookie. */
  readonly publicId = randomBytes(12).toString('base64url');
  /** By step, the check that was opened for it and has not been passed: the receipt must be for this one. */
  readonly pending = new Map<string, string>();
  readonly learner: Learner;
  readonly startedAt: number;
  readonly #opened = new Map<string, Opened>();

  constructor(learner: Learner, startedAt: number) {
    this.learner = learner;
    this.startedAt = startedAt;
  }

  /** The server has opened this step, with a receipt's claims where there was one. */
  letIn(step: Step, claims: ReceiptClaims | null, now: number): void {
    this.#opened.set(step.path, { claims, day: dayOf(now) });
  }

  /** Undefined: ask again. A lesson stays open for the day; an evaluation that was begun, until it is handed in. */
  opened(step: Step, now: number): Opened | undefined {
    const opened = this.#opened.get(step.path);
    return step.occasion.kind === 'lesson' && opened?.day !== dayOf(now) ? undefined : opened;
  }

  /** The step that this check's receipt has opened. */
  openedBy(check: string): string | undefined {
    return [...this.#opened].find(([, { claims }]) => claims?.jti === check)?.[0];
  }

  handIn(step: Step): void {
    this.#opened.delete(step.path);
  }
}

/** Who is signed in. In memory, because this is an example. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  start(learner: Learner, now: number): Session {
    for (const [id, { startedAt }] of this.#sessions) {
      if (now - startedAt > lifetime) this.#sessions.delete(id);
    }
    const session = new Session(learner, now);
    this.#sessions.set(session.id, session);
    return session;
  }

  find(id: string | undefined, now: number): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    return session !== undefined && now - session.startedAt <= lifetime ? session : undefined;
  }

  end(session: Session): void {
    this.#sessions.delete(session.id);
  }
}
