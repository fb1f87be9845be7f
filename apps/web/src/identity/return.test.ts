import type { IdentityOutcome } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../common/problem.ts';
import { attemptOf, parametersOf, screenAfter } from './return.ts';
import { translator } from './texts.ts';
import { en } from './texts-en.ts';
import { ko } from './texts-ko.ts';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const ok = (body: IdentityOutcome): Answer<IdentityOutcome> => ({ kind: 'ok', status: 200, body });
const problem = (status: number, code: string, retryAfter?: number): Answer<never> => ({
  kind: 'problem',
  problem: { status, code },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

describe('what the provider appended', () => {
  it('C-6 is carried with each name once, the last value', () => {
    expect(parametersOf('?code=1&state=a%20b&code=2&empty=')).toEqual({ code: '2', state: 'a b', empty: '' });
    expect(parametersOf('')).toEqual({});
  });

  it('C-6 is left out where the wire has no room for it', () => {
    const long = 'x'.repeat(4097);
    expect(parametersOf(`?a[]=1&${'n'.repeat(65)}=1&long=${long}&=1&ok=1`)).toEqual({ ok: '1' });
    const many = Array.from({ length: 40 }, (_, index) => `p${index}=1`).join('&');
    expect(Object.keys(parametersOf(many))).toHaveLength(30);
  });

  it('C-6 belongs to the attempt of the address', () => {
    expect(attemptOf('/identity/return/idt_aZ-9_')).toBe('idt_aZ-9_');
    expect(attemptOf('/identity/return/idt_1/')).toBe('idt_1');
    for (const other of ['/identity/return/', '/identity/return/a/b', '/identity/go', '/x/identity/return/a'])
      expect(attemptOf(other)).toBe('');
  });
});

describe('the outcome of an identity check', () => {
  it('C-6 is shown when there is one', () => {
    const refused = { outcome: 'refused', reason: 'identity-differs', field: 'name' } as const;
    expect(screenAfter(ok({ outcome: 'passed' }), now)).toEqual({
      kind: 'ended',
      ended: { outcome: 'passed' },
    });
    expect(screenAfter(ok(refused), now)).toEqual({ kind: 'ended', ended: refused });
  });

  it('C-6 is waited for while another request fetches it', () => {
    expect(screenAfter(ok({ outcome: 'started' }), now)).toEqual({ kind: 'running' });
    expect(screenAfter(problem(409, 'attempt-running', 2), now)).toEqual({ kind: 'running' });
  });

  it('C-6 can be asked for again when provider or server did not answer: that is no refusal', () => {
    const later = (because: string, until: number) => ({ kind: 'later', because, until });
    expect(screenAfter(problem(503, 'provider-unavailable', 5), now)).toEqual(later('provider', now + 5_000));
    expect(screenAfter(problem(500, 'internal'), now)).toEqual(later('server', now + 2_000));
    expect(screenAfter(problem(429, 'too-many-failures', 600), now)).toEqual(later('server', now + 600_000));
    expect(screenAfter({ kind: 'unreachable' }, now)).toEqual(later('unreachable', now));
  });

  it('C-6 is nobody’s who did not start it', () => {
    expect(screenAfter(problem(404, 'attempt-unknown'), now)).toEqual({ kind: 'stranger' });
  });

  it('C-6 is said in two languages', () => {
    expect(Object.keys(en)).toEqual(Object.keys(ko));
    expect(translator('ko')('later.wait', { seconds: 5 })).toBe('5초 뒤에 다시 확인할 수 있습니다');
    expect(translator('en')('later.wait', { seconds: 5 })).toBe('You can try again in 5 s');
  });
});
