import { describe, expect, it } from 'vitest';
import { differenceText, waitText } from './durations.ts';
import type { T } from './texts.ts';
import { en } from './texts-en.ts';
import { ko } from './texts-ko.ts';

const t: T = (key, values = {}) => ko[key].replace(/{{(\w+)}}/g, (_, name: string) => String(values[name]));

describe('texts', () => {
  it('both languages say every sentence, with the same values in it', () => {
    const values = (text: string) => Array.from(text.matchAll(/{{(\w+)}}/g), ([, name]) => name).sort();
    expect(Object.keys(en).sort()).toEqual(Object.keys(ko).sort());
    for (const key of Object.keys(ko) as (keyof typeof ko)[])
      expect([key, values(en[key])]).toEqual([key, values(ko[key])]);
  });

  it('times to wait are rounded up', () => {
    expect([0, 1, 59, 60, 61, 3599, 3600, 86_000].map((seconds) => waitText(t, seconds))).toEqual([
      '1초',
      '1초',
      '59초',
      '1분',
      '2분',
      '60분',
      '1시간',
      '24시간',
    ]);
  });

  it('T-3 a wrong clock is named in hours and minutes', () => {
    const minutes = [2, -60, 540, 570];
    expect(minutes.map((count) => differenceText(t, count * 60_000))).toEqual([
      '2분',
      '1시간',
      '9시간',
      '9시간 30분',
    ]);
  });
});
