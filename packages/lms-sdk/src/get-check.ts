import { callMotp, type MotpClient } from './client.ts';
import { fieldsIn, numberIn, textIn, textsIn, unexpectedReply } from './reply.ts';
import type { Check, Course, OccasionKind } from './types.ts';

const statuses = ['open', 'passed', 'expired'] as const;

/**
 * Asks how a check stands (`GET /v1/checks/{id}`): after a full-page return, or when the browser's
 * message was lost. Compare `learner.id`, `occasion` and the id with the learner's session before
 * anything opens; only `status: 'passed'` opens it.
 *
 * @throws {MotpError} `code` 'check-unknown' (404) for an id that is not this institution's.
 */
export async function getCheck(client: MotpClient, id: string): Promise<Check> {
  const path = `v1/checks/${encodeURIComponent(id)}`;
  const body = fieldsIn(await callMotp(client, { method: 'GET', path }), 'object');
  const status = statuses.find((known) => known === body.status);
  if (status === undefined) throw unexpectedReply(200, 'known "status"');
  const occasion = fieldsIn(body.occasion, '"occasion"');
  const check: Check = {
    id: textIn(body, 'id'),
    status,
    learner: { id: textIn(fieldsIn(body.learner, '"learner"'), 'id') },
    course: fieldsIn(body.course, '"course"') as unknown as Course,
    occasion: { kind: textIn(occasion, 'kind') as OccasionKind, number: numberIn(occasion, 'number') },
    reasons: textsIn(body, 'reasons'),
  };
  for (const name of ['method', 'passedAt', 'receipt'] as const) {
    if (body[name] !== undefined && body[name] !== null) check[name] = textIn(body, name);
  }
  return check;
}
