import type { ProblemError } from '@motp/protocol';
import type { FastifyRequest } from 'fastify';
import { ProblemResponse } from './problem.ts';

/** A route without a documented body takes none: what it would ignore is refused (P-3). */
export function refuseUndocumentedBody(request: FastifyRequest): void {
  const { body } = request;
  if (body === undefined || body === null || request.routeOptions.schema?.body !== undefined) return;
  if (request.is404) return;
  const names = typeof body === 'object' ? Object.keys(body) : [''];
  if (names.length === 0) return;
  throw new ProblemResponse('unknown-field', '이 요청은 본문을 받지 않습니다.', {
    errors: names.slice(0, 20).map((name) => ({ path: pointer([name]), message: 'is not documented' })),
  });
}

/**
 * P-3: U+0000 cannot be stored by PostgreSQL and a lone surrogate cannot be encoded in UTF-8; both are refused
 * before anything else looks at the text.
 */
export function refuseBadText(body: unknown): void {
  const errors: ProblemError[] = [];
  collect(body, [], errors);
  if (errors.length > 0) {
    throw new ProblemResponse('bad-text', '글자에 저장할 수 없는 문자가 있습니다.', { errors });
  }
}

const MAX_DEPTH = 12;

function collect(value: unknown, path: readonly string[], errors: ProblemError[]): void {
  if (typeof value === 'string') {
    if (!isGoodText(value))
      errors.push({ path: pointer(path), message: 'holds a character that cannot be stored' });
    return;
  }
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return;
  for (const [name, member] of Object.entries(value)) {
    if (!isGoodText(name))
      errors.push({ path: pointer(path), message: 'has a field name that cannot be stored' });
    collect(member, [...path, name], errors);
  }
}

const isGoodText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** RFC 6901; a name that was never asked for is cut, so that no input comes back whole. */
const pointer = (path: readonly string[]): string =>
  path
    .map((name) => `/${name.slice(0, 40).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
