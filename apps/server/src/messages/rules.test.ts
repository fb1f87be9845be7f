import { describe, expect, it } from 'vitest';
import { proofText } from './proof-text.ts';
import { nextTry } from './rules.ts';

describe('R-2 the message', () => {
  const message = { code: '012345', reference: 'K3F', host: 'app.motp.example' };

  it('R-2 says what the code does, shows the reference, warns, and ends with the WebOTP line', () => {
    expect(proofText({ ...message, locale: 'ko' })).toBe(
      [
        '[mOTP] 인증번호 012345 (확인문자 K3F)',
        '이 휴대폰에 mOTP 앱을 등록하는 번호입니다. 누가 물어도 알려 주지 마세요.',
        '',
        '@app.motp.example #012345',
      ].join('\n'),
    );
  });

  it('R-2 is in English for English locales, in Korean for every other', () => {
    expect(proofText({ ...message, locale: 'en-GB' })).toBe(
      [
        '[mOTP] Code 012345 (reference K3F)',
        'Registers the mOTP app on this phone. Do not give it to anybody, whoever asks.',
        '',
        '@app.motp.example #012345',
      ].join('\n'),
    );
    expect(proofText({ ...message, locale: 'vi' })).toBe(proofText({ ...message, locale: 'ko' }));
  });

  it('R-2 is tried again after one second, doubling up to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map(nextTry)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });
});
