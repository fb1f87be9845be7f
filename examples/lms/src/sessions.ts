import { randomBytes } from 'node:crypto';
import type { Learner, ReceiptClaims } from '@motp/lms-sdk';
import type { RoomName } from './course.ts';

/** Twelve hours, in milliseconds. */
const lifetime = 12 * 60 * 60_000;

export interface Session {
  id: string;
  /** Names this session to the mOTP server without telling it the cookie. */
  publicId: string;
  startedAt: number;
  learner: Learner;
  /** The check that was opened for a room and has not been passed: the receipt must be for this one. */
  pending: Map<RoomName, string>;
  /** Rooms that the server has opened, with the receipt's claims where there was one. */
  open: Map<RoomName, ReceiptClaims | null>;
}

/** Who is signed in. In memory, because this is an example. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  start(learner: Learner, now = Date.now()): Session {
    for (const [id, { startedAt }] of this.#sessions) {
      if (now - startedAt > lifetime) this.#sessions.delete(id);
    }
    const id = randomBytes(32).toString('base64url');
    const publicId = randomBytes(12).toString('base64url');
    const session = { id, publicId, startedAt: now, learner, pending: new Map(), open: new Map() };
    this.#sessions.set(id, session);
    return session;
  }

  find(id: string | undefined, now = Date.now()): Session | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    return session !== undefined && now - session.startedAt <= lifetime ? session : undefined;
  }

  end(session: Session): void {
    this.#sessions.delete(session.id);
  }
}
