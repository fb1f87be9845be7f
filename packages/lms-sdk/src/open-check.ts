import { callMotp, type MotpClient } from './client.ts';
import { type Fields, fieldsIn, isFields, numberIn, textIn, textsIn, unexpectedReply } from './reply.ts';
import type { CheckRequest, Occasion, OccasionKind, OpenedCheck } from './types.ts';

/**
 * Asks for a check of one learner for one occasion (`POST /v1/checks`), from the LMS's server.
 *
 * Keep the `id` of an open check in the learner's session: {@link verifyReceipt} wants it from there.
 *
 * @param options.idempotencyKey 1 to 64 printable characters. The same key and request within 24 hours
 *   give the same answer, so a request whose answer was lost can be repeated.
 * @throws {MotpError} when the server refuses or does not answer; let nobody in then.
 */
export async function openCheck(
  client: MotpClient,
  request: CheckRequest,
  options: { idempotencyKey?: string } = {},
): Promise<OpenedCheck> {
  const key = options.idempotencyKey;
  const body = await callMotp(client, {
    method: 'POST',
    path: 'v1/checks',
    body: request,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
  return readOpened(fieldsIn(body, 'object'));
}

const readers: Record<string, (body: Fields) => OpenedCheck> = {
  open: (body) => ({
    kind: 'open',
    id: textIn(body, 'id'),
    url: textIn(body, 'url'),
    expiresAt: textIn(body, 'expiresAt'),
    reasons: textsIn(body, 'reasons'),
  }),
  passed: (body) => ({
    kind: 'passed',
    id: textIn(body, 'id'),
    method: textIn(body, 'method'),
    receipt: textIn(body, 'receipt'),
  }),
  'not-required': (body) => ({
    kind: 'not-required',
    because: textIn(body, 'because'),
    nextDue: readNextDue(body.nextDue),
  }),
  blocked: (body) => ({ kind: 'blocked', because: textIn(body, 'because'), until: textIn(body, 'until') }),
};

function readOpened(body: Fields): OpenedCheck {
  const status = textIn(body, 'status');
  const read = Object.hasOwn(readers, status) ? readers[status] : undefined;
  if (read === undefined) throw unexpectedReply(200, 'known "status"');
  return read(body);
}

function readNextDue(value: unknown): Occasion | null {
  if (!isFields(value)) return null;
  return { kind: textIn(value, 'kind') as OccasionKind, number: numberIn(value, 'number') };
}
