import { isFields } from './reply.ts';
import type { WebhookEvent } from './types.ts';

/** Why a webhook is not believed. Stable: decide by it, log it. */
export type WebhookErrorCode =
  /** `webhook-id`, `webhook-timestamp` or `webhook-signature` is missing or has no sense. */
  | 'missing-headers'
  /** No signature fits: changed on the way, somebody else's, or another secret. */
  | 'bad-signature'
  /** Sent more than five minutes ago: somebody repeats it, or a clock is wrong. */
  | 'too-old'
  /** Sent more than five minutes after now: a clock is wrong. */
  | 'from-the-future'
  /** Signed, and yet no event. */
  | 'malformed'
  /** The secret is not a `whsec_…`: a fault of this side. */
  | 'bad-secret';

/** A webhook that must change nothing. Answer it with 400; it is sent again. */
export class WebhookError extends Error {
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.name = 'WebhookError';
    this.code = code;
  }
}

/** As Node, Express and Fastify have them, or as `fetch` does. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Standard Webhooks 1.0, seconds. */
const tolerance = 5 * 60;

const types: readonly string[] = [
  'check.passed',
  'check.locked',
  'check.expired',
  'registration.replaced',
  'learner.disputed',
] satisfies WebhookEvent['type'][];

/**
 * Decides whether a webhook is from the mOTP server, by the Standard Webhooks convention. `id` of what it returns is
 * the same whenever the event is sent again: handle each id once. Where an event and your own data disagree, ask
 * `getCheck`, which has the receipt too.
 *
 * @param body exactly as it came, before any parsing
 * @param secret `whsec_…`
 * @param now the clock, in epoch milliseconds
 * @returns undefined for a type that this version does not know: answer it with 204 and do nothing
 * @throws {WebhookError} whose `code` says why not
 */
export async function verifyWebhook(
  headers: WebhookHeaders,
  body: string | Uint8Array,
  secret: string,
  now: () => number = Date.now,
): Promise<(WebhookEvent & { id: string }) | undefined> {
  const { id, timestamp, signatures } = readHeaders(headers);
  const content = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), content);
  if (!(await isSigned(secret, signed, signatures))) {
    throw new WebhookError('bad-signature', 'No signature fits the webhook.');
  }
  const age = Math.floor(now() / 1000) - Number(timestamp);
  if (age > tolerance) throw new WebhookError('too-old', 'The webhook was sent over five minutes ago.');
  if (age < -tolerance) throw new WebhookError('from-the-future', 'The webhook was sent after now.');
  return readEvent(id, content);
}

function readHeaders(headers: WebhookHeaders): { id: string; timestamp: string; signatures: string[] } {
  const id = header(headers, 'webhook-id');
  const timestamp = header(headers, 'webhook-timestamp');
  const signatures = header(headers, 'webhook-signature');
  if (!id || !signatures || !timestamp || !/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookError('missing-headers', 'The request is no webhook.');
  }
  return { id, timestamp, signatures: signatures.split(' ') };
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return typeof value === 'string' ? value : value?.[0];
}

/** One of several may fit: a secret that is changed signs beside its successor. */
async function isSigned(
  secret: string,
  signed: Uint8Array<ArrayBuffer>,
  signatures: string[],
): Promise<boolean> {
  const raw = fromBase64(secret.replace(/^whsec_/, ''));
  if (!raw || raw.length === 0) throw new WebhookError('bad-secret', 'The secret is not a whsec_…');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', raw, hmac, false, ['verify']);
  let isOne = false;
  for (const each of signatures) {
    const signature = each.startsWith('v1,') ? fromBase64(each.slice('v1,'.length)) : undefined;
    if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) isOne = true;
  }
  return isOne;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function readEvent(id: string, content: Uint8Array): (WebhookEvent & { id: string }) | undefined {
  let event: unknown;
  try {
    event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    throw malformed();
  }
  if (!isFields(event) || typeof event.type !== 'string' || typeof event.timestamp !== 'string')
    throw malformed();
  if (!types.includes(event.type)) return undefined;
  if (!isFields(event.data)) throw malformed();
  return { ...(event as unknown as WebhookEvent), id };
}

const malformed = () => new WebhookError('malformed', 'The webhook holds no event.');
