import type { MotpClient } from './client.ts';
import { openCheck } from './open-check.ts';
import type { CheckRequest, RequiredCheck } from './types.ts';

/**
 * Asks whether a learner must be checked before this step, from the LMS's server (`POST /v1/checks`). Ask before
 * every lesson, evaluation and assignment: which of them need a check is the server's knowledge, not the LMS's.
 *
 * Keep the id of a check in the learner's session: {@link verifyReceipt} wants it from there. Asking again for
 * the same step gives the same check, so a page may be reloaded.
 *
 * @param options.idempotencyKey 1 to 64 printable characters. The same key and request within 24 hours
 *   give the same answer, so a request whose answer was lost can be repeated.
 * @throws {MotpError} when the server refuses or does not answer; let nobody in then.
 */
export async function requireCheck(
  client: MotpClient,
  request: CheckRequest,
  options: { idempotencyKey?: string } = {},
): Promise<RequiredCheck> {
  const opened = await openCheck(client, request, options);
  switch (opened.kind) {
    case 'open': {
      const { kind: _, ...check } = opened;
      return { kind: 'check', check };
    }
    case 'passed':
      return { kind: 'exempted', id: opened.id, receipt: opened.receipt };
    case 'not-required':
    case 'blocked':
      return opened;
  }
}
