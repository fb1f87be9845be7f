import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import type { WebhookError } from '@motp/protocol';
import { type AddressPolicy, mayReach } from './address-rules.ts';
import { hostOf, type Resolve } from './resolve.ts';

const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 64 * 1024;

/** What came of one attempt: an HTTP status, or why there is none. */
export type Posted = { status: number } | { error: Exclude<WebhookError, 'webhook-removed'> };

export interface Parcel {
  url: URL;
  headers: Record<string, string>;
  body: string;
}

export interface PosterOptions {
  resolve: Resolve;
  policy: AddressPolicy;
  /** Longest time of one attempt, looking up included, ms. */
  timeoutMs?: number;
}

export type Post = (parcel: Parcel) => Promise<Posted>;

/** What came of one attempt whose reply is read: a status with its text, cut at 64 kB. */
export type Answered = { status: number; text: string } | Extract<Posted, { error: unknown }>;

export type Ask = (parcel: Parcel) => Promise<Answered>;

/**
 * Posts to addresses that were looked at: the name is resolved once, every address of it must be allowed, and the
 * connection goes to one of these, so that a name that changes between looking and connecting leads nowhere else.
 * No redirect is followed, no connection is used again, and what is replied is not read.
 */
export const poster =
  (options: PosterOptions): Post =>
  (parcel) =>
    attempt(options, parcel, ignored);

/** Like `poster`, for a receiver whose reply says what it did; the time covers the reply too. */
export const asker =
  (options: PosterOptions): Ask =>
  (parcel) =>
    attempt(options, parcel, read);

type Take<Taken> = (reply: IncomingMessage) => Promise<Taken>;

async function attempt<Taken>(
  { resolve, policy, timeoutMs = TIMEOUT_MS }: PosterOptions,
  parcel: Parcel,
  take: Take<Taken>,
): Promise<Taken | Extract<Posted, { error: unknown }>> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const addresses = await Promise.race([resolve(hostOf(parcel.url)), aborted(signal)]);
    if (!mayReach(policy, parcel.url.protocol, addresses)) return { error: 'address-refused' };
    return await take(await send(parcel, addresses, signal));
  } catch {
    return { error: signal.aborted ? 'timeout' : 'unreachable' };
  }
}

async function ignored(reply: IncomingMessage): Promise<{ status: number }> {
  let received = 0;
  reply.on('error', () => undefined);
  reply.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > MAX_REPLY_BYTES) reply.destroy();
  });
  return { status: reply.statusCode ?? 0 };
}

async function read(reply: IncomingMessage): Promise<{ status: number; text: string }> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    received += chunk.length;
    if (received > MAX_REPLY_BYTES) break;
  }
  return { status: reply.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Host header and the name in the certificate stay those of the URL. */
function send(
  { url, headers, body }: Parcel,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const length = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': length },
      lookup: pinned(addresses),
      agent: false,
      signal,
    });
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end(body);
  });
}

function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_hostname, { all: wantsAll }, done) => {
    if (wantsAll) done(null, all);
    else done(null, all[0]?.address ?? '', all[0]?.family ?? 4);
  };
}
