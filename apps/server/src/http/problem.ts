import { type Problem, type ProblemCode, type ProblemError, problems } from '@motp/protocol';
import type { FastifyReply } from 'fastify';

/** What a problem may carry besides its code; `retryAfter` is in seconds. */
export interface ProblemMembers {
  errors?: ProblemError[];
  triesLeft?: number;
  now?: number;
  retryAfter?: number;
}

/**
 * A refusal that a person can read (RFC 9457). `detail` never repeats input.
 */
export class ProblemResponse extends Error {
  override name = 'ProblemResponse';
  readonly code: ProblemCode;
  readonly members: ProblemMembers;

  constructor(code: ProblemCode, detail: string, members: ProblemMembers = {}) {
    super(detail);
    this.code = code;
    this.members = members;
  }

  get status(): number {
    return problems[this.code].status;
  }
}

function problemBody({ code, message, members }: ProblemResponse): Problem {
  const { retryAfter: _, ...visible } = members;
  const { status, title } = problems[code];
  return { type: `urn:motp:problem:${code}`, title, status, detail: message, code, ...visible };
}

export const nothingHere = () =>
  new ProblemResponse('not-found', '이 주소에는 아무것도 없습니다. 주소를 확인해 주세요.');

/** What a 401 asks for (RFC 6750 §3, RFC 9449 §7.1). */
const challenges: Partial<Record<ProblemCode, string>> = {
  unauthorized: 'Bearer',
  'bad-proof': 'DPoP error="invalid_dpop_proof", algs="ES256"',
  'proof-stale': 'DPoP error="invalid_dpop_proof", algs="ES256"',
  'proof-replayed': 'DPoP error="invalid_dpop_proof", algs="ES256"',
};

export function answerProblem(reply: FastifyReply, problem: ProblemResponse): FastifyReply {
  const { retryAfter } = problem.members;
  if (retryAfter !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfter))));
  const challenge = challenges[problem.code];
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problemBody(problem));
}
