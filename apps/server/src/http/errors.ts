import type { ProblemCode, ProblemError } from '@motp/protocol';
import type { FastifyError, FastifyReply, FastifySchemaValidationError } from 'fastify';
import { isDatabaseFault } from '../db/faults.ts';
import { answerProblem, ProblemResponse } from './problem.ts';

const details: Partial<Record<ProblemCode, string>> = {
  malformed: '요청의 형식이 문서와 다릅니다. errors에 적힌 자리를 고쳐 주세요.',
  'unknown-field': '문서에 없는 항목이 있습니다. errors에 적힌 항목을 빼 주세요.',
  'malformed-json': '본문을 JSON으로 읽을 수 없습니다.',
  'body-too-large': '본문이 너무 큽니다.',
  'unsupported-media-type': '본문은 application/json이어야 합니다.',
  unavailable: '처리 결과를 알 수 없습니다. 잠시 뒤 상태를 확인해 주세요.',
  internal: '서버에 문제가 생겼습니다. 잠시 뒤 다시 시도해 주세요.',
};

const byStatus: Record<number, ProblemCode> = {
  404: 'not-found',
  413: 'body-too-large',
  415: 'unsupported-media-type',
};

/** Whatever was thrown becomes a problem; only what is our fault is logged with its error. */
export function answerError(error: FastifyError | Error, reply: FastifyReply): FastifyReply {
  if (error instanceof ProblemResponse) return answerProblem(reply, error);
  if ('validation' in error && error.validation) {
    return answerProblem(reply, validationProblem(error.validation, error.validationContext));
  }
  if (isDatabaseFault(error)) {
    reply.log.error({ err: { name: error.name, code: (error as FastifyError).code } }, 'database fault');
    return answerProblem(reply, problem('unavailable', { retryAfter: 1 }));
  }
  const status = (error as FastifyError).statusCode ?? 500;
  if (status < 500) return answerProblem(reply, problem(byStatus[status] ?? codeOf(error as FastifyError)));
  reply.log.error({ err: { name: error.name, stack: error.stack } }, 'fault');
  return answerProblem(reply, problem('internal'));
}

const codeOf = (error: FastifyError): ProblemCode =>
  error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError
    ? 'malformed-json'
    : 'malformed';

const problem = (code: ProblemCode, members = {}) => new ProblemResponse(code, details[code] ?? '', members);

function validationProblem(
  faults: readonly FastifySchemaValidationError[],
  context: string | undefined,
): ProblemResponse {
  const errors = faults.map((fault): ProblemError => {
    const extra = fault.params.additionalProperty ?? fault.params.missingProperty;
    const path = fault.instancePath + (typeof extra === 'string' ? `/${extra.slice(0, 40)}` : '');
    return {
      path: context === 'body' ? path : `${path} (${context})`,
      message: fault.message ?? 'is not valid',
    };
  });
  const isUnknown = faults.every(({ keyword }) => keyword === 'additionalProperties');
  return problem(isUnknown ? 'unknown-field' : 'malformed', { errors: errors.slice(0, 20) });
}
