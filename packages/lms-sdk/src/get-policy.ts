import { callMotp, type MotpClient } from './client.ts';
import { type Fields, fieldsIn, numberIn, textIn, textsIn, unexpectedReply } from './reply.ts';
import type { Policy } from './types.ts';

/**
 * Reads the policy that applies to a course, or without `courseId` the institution's: to tell learners what
 * awaits them. Never decide by it: {@link requireCheck} asks the server, which knows what has happened so far.
 *
 * @throws {MotpError} when the server refuses or does not answer.
 */
export async function getPolicy(client: MotpClient, courseId?: string): Promise<Policy> {
  const path = courseId === undefined ? 'v1/policy' : `v1/courses/${encodeURIComponent(courseId)}/policy`;
  const body = fieldsIn(await callMotp(client, { method: 'GET', path }), 'object');
  const holds = fieldsIn(body.holdsForMinutes, '"holdsForMinutes"');
  if (body.entry !== 'once' && body.entry !== 'never') throw unexpectedReply(200, 'known "entry"');
  if (typeof body.firstOfDay !== 'boolean') throw unexpectedReply(200, '"firstOfDay"');
  return {
    entry: body.entry,
    firstOfDay: body.firstOfDay,
    everyLessons: numberOrNullIn(body, 'everyLessons'),
    before: textsIn(body, 'before'),
    dailyLessonLimit: numberOrNullIn(body, 'dailyLessonLimit'),
    timeZone: textIn(body, 'timeZone'),
    holdsForMinutes: {
      lesson: numberOrNullIn(holds, 'lesson'),
      evaluation: numberIn(holds, 'evaluation'),
    },
    version: numberIn(body, 'version'),
    changedAt: body.changedAt === null ? null : textIn(body, 'changedAt'),
  };
}

function numberOrNullIn(body: Fields, name: string): number | null {
  return body[name] === null ? null : numberIn(body, name);
}
