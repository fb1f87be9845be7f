import { getPolicy, type MotpClient, MotpError } from '@motp/lms-sdk';

/** How long what was heard is shown, in milliseconds. */
const FRESH = 60_000;

/** How many new lessons a day allows, to tell the learner. Whether one more may be opened, the server decides. */
export class DailyLimits {
  readonly #client: MotpClient;
  readonly #now: () => number;
  readonly #heard = new Map<string, { at: number; limit: Promise<number | null> }>();

  constructor(client: MotpClient, now: () => number) {
    // A page must not wait long for something that is only told.
    this.#client = { ...client, timeout: 2_000 };
    this.#now = now;
  }

  /** Null: no limit, or none known. */
  of(courseId: string): Promise<number | null> {
    const heard = this.#heard.get(courseId);
    if (heard !== undefined && this.#now() - heard.at < FRESH) return heard.limit;
    const limit = this.#ask(courseId);
    this.#heard.set(courseId, { at: this.#now(), limit });
    return limit;
  }

  async #ask(courseId: string): Promise<number | null> {
    try {
      return (await getPolicy(this.#client, courseId)).dailyLessonLimit;
    } catch (error) {
      if (error instanceof MotpError) return null;
      throw error;
    }
  }
}
