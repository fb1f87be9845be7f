import type { WebhookEvent } from '@motp/lms-sdk';

export type ToldEvent = WebhookEvent & { id: string };

const shown = 50;

/** What the mOTP server told. In memory, because this is an example: a real LMS has a table whose key is the id. */
export class Events {
  readonly #ids = new Set<string>();
  #newest: readonly ToldEvent[] = [];

  /** An event may come again, and later than its successor. */
  take(event: ToldEvent): void {
    if (this.#ids.has(event.id)) return;
    this.#ids.add(event.id);
    const known = [event, ...this.#newest];
    this.#newest = known.sort((one, other) => timeOf(other) - timeOf(one)).slice(0, shown);
  }

  /** How many different events came since the site began. */
  get count(): number {
    return this.#ids.size;
  }

  /** The last of them, newest first. */
  get newest(): readonly ToldEvent[] {
    return this.#newest;
  }
}

const timeOf = ({ timestamp }: ToldEvent): number => Date.parse(timestamp);
