import { type ProblemCode, problems } from '@motp/protocol';
import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';

const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.keys(problems)),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
    triesLeft: Type.Optional(Type.Integer()),
    now: Type.Optional(Type.Integer()),
  },
  { description: 'RFC 9457 problem', additionalProperties: false },
);

interface Parts {
  body?: TSchema;
  params?: TSchema;
  querystring?: TSchema;
  headers?: TSchema;
  response: Record<number, TSchema>;
  problems: readonly ProblemCode[];
  security?: readonly Record<string, string[]>[];
}

/** What every request with a body may be answered. */
const always: readonly ProblemCode[] = ['malformed', 'not-found', 'internal', 'unavailable'];
const withBody: readonly ProblemCode[] = ['body-too-large', 'unsupported-media-type'];

/** A route’s schema: it validates, types and is the OpenAPI page, problems included. */
export function documented<const P extends Parts>(summary: string, tags: string[], parts: P) {
  const { response, problems: codes, ...rest } = parts;
  const all = [...always, ...(parts.body ? withBody : []), ...codes];
  const statuses = [...new Set(all.map((code) => problems[code].status))];
  const refused = Object.fromEntries(
    statuses.map((status) => [
      status,
      { content: { 'application/problem+json': { schema: ProblemSchema } } },
    ]),
  );
  const schema = { summary, tags, ...rest, response: { ...refused, ...response } };
  return schema as unknown as Omit<P, 'problems' | 'security'> & { summary: string; tags: string[] };
}

export const noStore = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'no-store');
