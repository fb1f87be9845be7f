import { describe, expect, it } from 'vitest';
import { en } from './texts-en.ts';
import { ko } from './texts-ko.ts';

const holes = (text: string) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

describe('texts of the demo’s identity window', () => {
  it('C-6 both languages say the same things', () => {
    expect(Object.keys(en)).toEqual(Object.keys(ko));
    for (const key of Object.keys(ko) as (keyof typeof ko)[])
      expect([key, holes(en[key])]).toEqual([key, holes(ko[key])]);
  });

  it('C-6 the window says in both languages that it is a mock', () => {
    expect([ko['page.demo'], en['page.demo']]).toEqual([
      '데모 · 모의 본인인증',
      'Demo · mock identity check',
    ]);
  });
});
