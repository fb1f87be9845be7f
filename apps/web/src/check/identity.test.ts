import type { IdentityMethod, RefusedIdentity } from '@motp/protocol';
import { describe, expect, it } from 'vitest';
import { hasEnded, needsOtherWay, refusalShown, troubleOf, waysOf } from './identity.ts';
import { identityText, newsText, troubleText, waysText } from './identity-text.ts';
import type { CheckState, Notice } from './state.ts';
import { translator } from './texts.ts';

const t = translator('ko');
const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const state: CheckState = {
  id: 'chk_1',
  status: 'open',
  institution: { name: '한빛' },
  learner: { name: '홍길동', phone: '010-1234-5678' },
  course: { title: '산업안전보건' },
  occasion: { kind: 'exam', number: 1 },
  registered: true,
  locked: false,
  triesLeft: 5,
  methods: ['motp', 'phone', 'ipin'],
  install: { url: 'https://motp.example/app/' },
  help: { phone: null, url: null },
  serverTime: '2026-11-23T12:00:00.000Z',
  expiresAt: '2026-11-23T12:10:00.000Z',
};
const cancelled: RefusedIdentity = { outcome: 'refused', reason: 'identity-cancelled' };
const problem = (status: number, code: string, retryAfter?: number) => ({
  kind: 'problem' as const,
  problem: { status, code },
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

describe('identity checks on the check page', () => {
  it('C-6 only those are offered that the state names', () => {
    expect(waysOf(state)).toEqual(['phone', 'ipin']);
    expect(waysOf({ methods: ['motp'] })).toEqual([]);
    expect(waysOf({ methods: ['ipin', 'motp'] })).toEqual(['ipin']);
  });

  it('C-6 they are the way out where a code leads nowhere', () => {
    const needed = (notice: Notice | null, locked = false) =>
      needsOtherWay({ notice, state: { ...state, locked } });
    const refused = (reason: 'not-registered' | 'name-differs' | 'phone-differs' | 'wrong-code') =>
      ({ kind: 'refused', reason, triesLeft: 4 }) as const;
    expect([needed(null), needed(refused('wrong-code')), needed({ kind: 'not-a-code' })]).toEqual([
      false,
      false,
      false,
    ]);
    for (const reason of ['not-registered', 'name-differs', 'phone-differs'] as const)
      expect(needed(refused(reason))).toBe(true);
    expect([needed(null, true), needed({ kind: 'not-a-code' }, true)]).toEqual([true, true]);
    expect(needed({ kind: 'outcome-unknown' }, true)).toBe(false);
  });

  it('C-6 a refusal ends the attempt that is waited for, never one from before it', () => {
    const phase = { kind: 'under-way', method: 'phone', since: now } as const;
    const seen = { ...state, identity: cancelled };
    expect(hasEnded(phase, { state: seen, asked: now - 1 })).toBe(false);
    expect(hasEnded(phase, { state: seen, asked: now })).toBe(true);
    expect(hasEnded(phase, { state, asked: now + 60_000 })).toBe(false);
    expect(hasEnded({ kind: 'idle' }, { state: seen, asked: now })).toBe(false);
  });

  it('C-6 an old refusal goes with a new start', () => {
    const seen = { ...state, identity: cancelled };
    expect(refusalShown({ kind: 'idle' }, seen)).toEqual(cancelled);
    expect(refusalShown({ kind: 'starting', method: 'phone' }, seen)).toBeUndefined();
    expect(refusalShown({ kind: 'under-way', method: 'phone', since: now }, seen)).toBeUndefined();
    const trouble = { kind: 'provider-unavailable', method: 'phone', until: now } as const;
    expect(refusalShown({ kind: 'idle', trouble }, seen)).toBeUndefined();
  });

  it('C-6 what was not begun says why, and a check that is over shows itself', () => {
    const limit = troubleOf('ipin', problem(429, 'identity-limit', 7_200), now);
    expect(limit).toEqual({ kind: 'identity-limit', method: 'ipin', until: now + 7_200_000 });
    expect(troubleOf('phone', problem(500, 'internal'), now)?.kind).toBe('other');
    expect(troubleOf('phone', { kind: 'unreachable' }, now)?.kind).toBe('unreachable');
    expect(troubleOf('phone', problem(410, 'check-over'), now)).toBeUndefined();
    expect(troubleOf('phone', problem(404, 'check-unknown'), now)).toBeUndefined();
  });
});

describe('words for identity checks', () => {
  const trouble = (kind: 'provider-unavailable' | 'identity-limit', method: IdentityMethod, wait = 0) =>
    ({ kind, method, until: now + wait }) as const;

  it('C-6 a provider that does not answer is said with the ways that are left', () => {
    const unavailable = trouble('provider-unavailable', 'phone');
    expect(troubleText(unavailable, state, now, t)).toBe(
      '휴대폰 본인인증 서비스가 응답하지 않습니다. 아이핀이나 mOTP 앱으로 인증하시거나 잠시 뒤 다시 눌러 주세요.',
    );
    const alone: CheckState = { ...state, methods: ['motp', 'phone'] };
    expect(troubleText(unavailable, alone, now, t)).toContain(' mOTP 앱으로 인증하시거나');
  });

  it('C-6 a limit is said with its time', () => {
    const said = (wait: number) => troubleText(trouble('identity-limit', 'phone', wait), state, now, t);
    expect(said(90_000)).toContain('약 1분 30초 뒤에');
    expect(said(150_000)).toContain('약 3분 뒤에');
    expect(said(23.5 * 3_600_000)).toContain('약 23시간 30분 뒤에');
  });

  it('C-6 a person who differs is told the field and what to do', () => {
    const differs = (field: 'name' | 'phone' | 'birthDate') =>
      identityText({ outcome: 'refused', reason: 'identity-differs', field }, state, t);
    expect(differs('name')).toMatch(/^본인확인은 되었으나 한빛에 등록된 이름과 다릅니다\./);
    expect(differs('phone')).toMatch(/^본인확인은 되었으나 한빛에 등록된 휴대폰 번호와 다릅니다\./);
    expect(differs('birthDate')).toMatch(/^본인확인은 되었으나 한빛에 등록된 생년월일과 다릅니다\./);
    const reasons = ['identity-differs', 'identity-failed', 'identity-cancelled', 'check-over'] as const;
    for (const reason of reasons)
      expect(identityText({ outcome: 'refused', reason }, state, t)).toMatch(/주세요\.$/);
  });

  it('C-6 one thing is said at a time', () => {
    const said = (phase: Parameters<typeof newsText>[0]) => newsText(phase, cancelled, state, now, t);
    expect(said({ kind: 'idle' })).toMatch(/^본인확인을 취소했습니다\./);
    expect(said({ kind: 'idle', trouble: trouble('identity-limit', 'phone') })).toMatch(/횟수를 다 썼습니다/);
    expect(said({ kind: 'blocked', method: 'phone', since: now })).toMatch(/^브라우저가/);
    expect(newsText({ kind: 'idle' }, undefined, state, now, t)).toBeUndefined();
    expect(waysText(['phone', 'ipin'], t)).toBe('휴대폰 본인인증이나 아이핀');
  });
});
