import {
  type CompactJWSHeaderParameters,
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
} from 'jose';
import { ReceiptError } from './receipt-error.ts';

/** The server's public keys, kept at hand. Make one and use it for every receipt. */
export interface ReceiptKeys {
  /**
   * The key that a receipt's header names.
   * @throws {ReceiptError} 'unknown-key', 'keys-unavailable' or 'keys-expired'
   */
  find(header: CompactJWSHeaderParameters): Promise<CryptoKey>;
}

export interface ReceiptKeysOptions {
  /** Another `fetch`, for proxies and tests. */
  fetch?: typeof globalThis.fetch;
  /** How long fetched keys may be used without the server, in milliseconds. Default 24 hours. */
  maxAge?: number;
  /** Shortest time between two fetches for keys that are not in the set, in milliseconds. Default 30,000. */
  cooldown?: number;
  /** Longest wait for the server, in milliseconds. Default 5,000. */
  timeout?: number;
  /** The clock, in epoch milliseconds. */
  now?: () => number;
}

type FindKey = ReturnType<typeof createLocalJWKSet>;

/**
 * Fetches the server's keys (`/.well-known/jwks.json`) when they are first needed and keeps them.
 * A receipt with an unknown key fetches again, at most once per `cooldown`. From half of `maxAge` on
 * they are renewed while receipts go on being verified; without the server they serve until `maxAge`.
 *
 * @param url Address of the mOTP server, as in {@link MotpClient}.
 */
export function receiptKeys(url: string, options: ReceiptKeysOptions = {}): ReceiptKeys {
  return new KeyCache(new URL('.well-known/jwks.json', url.endsWith('/') ? url : `${url}/`), options);
}

class KeyCache implements ReceiptKeys {
  readonly #address: URL;
  readonly #options: ReceiptKeysOptions;
  readonly #maxAge: number;
  readonly #cooldown: number;
  readonly #now: () => number;
  #held: { find: FindKey; at: number } | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<FindKey> | undefined;

  constructor(address: URL, options: ReceiptKeysOptions) {
    this.#address = address;
    this.#options = options;
    this.#maxAge = options.maxAge ?? 24 * 60 * 60_000;
    this.#cooldown = options.cooldown ?? 30_000;
    this.#now = options.now ?? Date.now;
  }

  async find(header: CompactJWSHeaderParameters): Promise<CryptoKey> {
    const find = await this.#current();
    try {
      return await findKey(find, header);
    } catch (error) {
      if (!(error instanceof ReceiptError) || this.#coolingDown()) throw error;
    }
    // An unknown key that cannot be looked up stays unknown: the known ones go on serving.
    return findKey(await this.#refresh().catch(() => find), header);
  }

  async #current(): Promise<FindKey> {
    const held = this.#held;
    if (held === undefined) return this.#refresh();
    const age = this.#now() - held.at;
    if (age <= this.#maxAge) {
      if (age > this.#maxAge / 2 && !this.#coolingDown()) this.#refresh().catch(() => undefined);
      return held.find;
    }
    return this.#refresh().catch((cause: unknown) => {
      throw new ReceiptError('keys-expired', 'The key set is too old and no newer one could be had.', cause);
    });
  }

  #coolingDown(): boolean {
    return this.#now() - this.#triedAt < this.#cooldown;
  }

  /** One fetch at a time, however many receipts wait for it. */
  #refresh(): Promise<FindKey> {
    this.#running ??= this.#fetch().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #fetch(): Promise<FindKey> {
    const at = this.#now();
    this.#triedAt = at;
    const find = keyFinder(await fetchKeySet(this.#address, this.#options));
    this.#held = { find, at };
    return find;
  }
}

/** Keys given as they are, for a receipt verified without any connection. */
export function fixedKeys(set: JSONWebKeySet): ReceiptKeys {
  const find = keyFinder(set);
  return { find: (header) => findKey(find, header) };
}

function keyFinder(set: JSONWebKeySet): FindKey {
  try {
    return createLocalJWKSet(set);
  } catch (cause) {
    throw new ReceiptError('keys-unavailable', 'The key set is not a JWK set.', cause);
  }
}

async function findKey(find: FindKey, header: CompactJWSHeaderParameters): Promise<CryptoKey> {
  try {
    return await find(header);
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause;
    throw new ReceiptError('unknown-key', 'The receipt names a key that the server does not publish.', cause);
  }
}

async function fetchKeySet(address: URL, options: ReceiptKeysOptions): Promise<JSONWebKeySet> {
  try {
    const reply = await (options.fetch ?? globalThis.fetch)(address, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeout ?? 5_000),
    });
    if (!reply.ok) throw new Error(`The server answered ${reply.status}.`);
    return (await reply.json()) as JSONWebKeySet;
  } catch (cause) {
    throw new ReceiptError('keys-unavailable', 'The key set could not be fetched.', cause);
  }
}
