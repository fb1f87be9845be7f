import { describe, expect, it } from 'vitest';
import {
  concerns,
  type ExemptionWindow,
  endOf,
  exemptingState,
  hoursProblem,
  isFailing,
  isOpen,
  providerProblem,
} from './rules.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 23, 3);

const window = (fields: Partial<ExemptionWindow> = {}): ExemptionWindow => ({
  institutions: ['inst'],
  openedAt: NOW - HOUR,
  until: NOW + HOUR,
  closedAt: null,
  ...fields,
});

describe('S-5 whether a window is open', () => {
  it.each<[string, Partial<ExemptionWindow>, boolean]>([
    ['in its middle', {}, true],
    ['in its first millisecond', { openedAt: NOW }, true],
    ['before it, by another clock', { openedAt: NOW + 1 }, false],
    ['in its last millisecond', { until: NOW + 1 }, true],
    ['at its end', { until: NOW }, false],
    ['closed', { closedAt: NOW - 1 }, false],
    ['closed just now', { closedAt: NOW }, false],
    ['24 hours long', { openedAt: NOW - HOUR, until: NOW + 23 * HOUR }, true],
    ['longer than 24 hours', { openedAt: NOW - HOUR, until: NOW + 23 * HOUR + 1 }, false],
  ])('S-5 %s', (_, fields, expected) => {
    expect(isOpen(window(fields), NOW)).toBe(expected);
  });

  it.each<[ExemptionWindow['institutions'], boolean]>([
    [['inst'], true],
    [['other', 'inst'], true],
    [['other'], false],
    [['institute'], false],
    [[], false],
    ['*', true],
  ])('S-5 of institutions %j', (institutions, expected) => {
    expect(concerns(window({ institutions }), 'inst')).toBe(expected);
  });
});

it.each<[string, number | undefined, boolean]>([
  ['never', undefined, false],
  ['now', NOW, true],
  ['15 minutes ago', NOW - 15 * MINUTE, true],
  ['a millisecond before that', NOW - 15 * MINUTE - 1, false],
])('S-5 a provider that failed last: %s', (_, failedAt, expected) => {
  expect(isFailing(failedAt, NOW)).toBe(expected);
});

it.each([
  ['none', undefined, 'missing'],
  ['one that works', { nameKey: 'name', lockedAt: null }, undefined],
  ['a locked one', { nameKey: 'name', lockedAt: NOW - 1 }, 'locked'],
  ['one under another name', { nameKey: 'other', lockedAt: null }, undefined],
  ['a locked one under another name', { nameKey: 'other', lockedAt: NOW - 1 }, undefined],
  ['a locked one without a name', { nameKey: null, lockedAt: NOW - 1 }, undefined],
])('S-5 a number with %s', (_, standing, expected) => {
  expect(exemptingState(standing, 'name')).toBe(expected);
});

it.each([
  [24, true],
  [0.5, true],
  [24.01, false],
  [0, false],
  [-1, false],
  [Number.NaN, false],
  [Number.POSITIVE_INFINITY, false],
])('S-5 a window of %d hours', (hours, allowed) => {
  expect(hoursProblem(hours) === undefined).toBe(allowed);
});

it('S-5 a window ends to the millisecond', () => {
  expect(endOf(NOW, 24) - NOW).toBe(24 * HOUR);
  expect(endOf(NOW, 0.1) - NOW).toBe(6 * MINUTE);
});

it('S-5 a provider is named as in the trail', () => {
  expect(providerProblem('sms')).toBeUndefined();
  expect(providerProblem('portone')).toBeUndefined();
  expect(providerProblem('SMS')).toContain('one of sms, portone, nice, oidc');
});
