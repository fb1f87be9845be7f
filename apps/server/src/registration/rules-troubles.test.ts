import { describe, expect, it } from 'vitest';
import { DISPUTE_MS, disputableUntil, reasonProblem } from './rules.ts';

const NOW = Date.UTC(2026, 10, 23, 3);

describe('R-5 until when a replaced app may say “this was not me”', () => {
  it.each<[string, { status: string; ended_at: number | null }, number | undefined]>([
    ['it was replaced just now', { status: 'replaced', ended_at: NOW }, NOW + DISPUTE_MS],
    ['almost 30 days ago', { status: 'replaced', ended_at: NOW - DISPUTE_MS + 1 }, NOW + 1],
    ['30 days ago', { status: 'replaced', ended_at: NOW - DISPUTE_MS }, undefined],
    ['it is the active one', { status: 'active', ended_at: null }, undefined],
    ['it was reset', { status: 'reset', ended_at: NOW }, undefined],
    ['it ended', { status: 'ended', ended_at: NOW }, undefined],
  ])('R-5 %s', (_what, device, until) => {
    expect(disputableUntil(device, NOW)).toBe(until);
  });
});

describe('O-5 the reason that goes into the trail', () => {
  it.each([
    '전화로 생년월일을 확인함',
    'ticket 1234567',
    '11월 23일 14:05 통화',
    '가'.repeat(200),
    '  잠금 해제 요청  ',
  ])('O-5 is taken: %s', (reason) => {
    expect(reasonProblem(reason)).toBeUndefined();
  });

  it.each([
    ['01012345678', 'eight or more digits'],
    ['010-1234-5678 통화', 'eight or more digits'],
    ['+82 (10) 1234.5678', 'eight or more digits'],
    ['０１０１２３４５６７８', 'eight or more digits'],
    ['12345678', 'eight or more digits'],
    ['\u3000 ', 'a reason is needed'],
    ['가'.repeat(201), 'longer than 200'],
    ['한\u0000글', 'one line of plain text'],
  ])('O-5 is refused: %j', (reason, why) => {
    expect(reasonProblem(reason)).toContain(why);
  });
});
