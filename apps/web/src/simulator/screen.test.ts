import { describe, expect, it } from 'vitest';
import type { Answer } from '../common/problem.ts';
import { afterReply, opened, type Reply, type Screen, type WindowView } from './screen.ts';

const view: WindowView = { method: 'phone', locale: 'ko', person: { name: '홍길동', phone: '01012345678' } };
const ok = <Body>(body: Body): Answer<Body> => ({ kind: 'ok', status: 200, body });
const problem = (status: number): Answer<never> => ({ kind: 'problem', problem: { status, code: 'x' } });
const unreachable = { kind: 'unreachable' } as const;
const at = (stage: Screen['stage']): Screen => ({ stage, errors: { name: { key: 'error.name' } }, view });

describe('C-6 what the window shows', () => {
  it.each([
    [ok(view), 'carrier'],
    [ok({ ...view, method: 'ipin' as const }), 'ipin'],
    [problem(404), 'gone'],
    [problem(500), 'unreachable'],
    [unreachable, 'unreachable'],
  ])('C-6 opened with %o it is at %s', (answer, stage) => {
    expect(opened(answer).stage).toBe(stage);
  });

  it.each<[Screen['stage'], Reply, Partial<Screen>]>([
    [
      'person',
      { outcome: 'sent', secondsLeft: 300 },
      { stage: 'code', errors: {}, code: { secondsLeft: 300, nth: 1 } },
    ],
    [
      'person',
      { outcome: 'refused', fields: ['birthDate'] },
      { stage: 'person', errors: { birthDate: { key: 'error.birthDate' } } },
    ],
    // Asked for again: what is wrong is corrected where it was typed.
    [
      'code',
      { outcome: 'refused', fields: ['phone'] },
      { stage: 'person', errors: { phone: { key: 'error.phone' } } },
    ],
    ['ipin', { outcome: 'refused', fields: ['id'] }, { stage: 'ipin', errors: { id: { key: 'error.id' } } }],
    [
      'code',
      { outcome: 'wrong-code', triesLeft: 4 },
      { stage: 'code', errors: { code: { key: 'error.wrong-code', values: { count: 4 } } } },
    ],
    ['code', { outcome: 'not-a-code' }, { errors: { code: { key: 'error.not-a-code' } } }],
    ['code', { outcome: 'code-expired' }, { errors: { code: { key: 'error.code-expired' } } }],
    ['code', { outcome: 'too-many' }, { stage: 'code', errors: { form: { key: 'error.too-many' } } }],
    ['code', { outcome: 'certified', redirect: '/r' }, { stage: 'leaving', redirect: '/r', errors: {} }],
    ['carrier', { outcome: 'cancelled', redirect: '/r' }, { stage: 'leaving', redirect: '/r', errors: {} }],
  ])('C-6 at %s, %o changes it to %o', (stage, reply, expected) => {
    expect(afterReply(at(stage), ok(reply))).toEqual({ ...at(stage), ...expected });
  });

  it('C-6 a lost reply keeps everything and says so; a window that is over says that', () => {
    const said = { form: { key: 'error.unreachable' } };
    expect(afterReply(at('code'), unreachable)).toEqual({ ...at('code'), errors: said });
    expect(afterReply(at('code'), problem(503))).toEqual({ ...at('code'), errors: said });
    expect(afterReply(at('code'), problem(404)).stage).toBe('gone');
  });

  it('C-6 a second message is told from the first', () => {
    const first = afterReply(at('person'), ok({ outcome: 'sent', secondsLeft: 300 }));
    expect(afterReply(first, ok({ outcome: 'sent', secondsLeft: 300 })).code?.nth).toBe(2);
  });
});
