import { describe, expect, it } from 'vitest';
import { codeText, judgeCode, parseBirthDate, readPerson, redirectTo } from './simulator-rules.ts';

const TODAY = '2026-11-23';
const NOW = Date.UTC(2026, 10, 23, 3, 0, 5);
const good = { name: '홍길동', birthDate: '19900131', phone: '010-1234-5678' };

describe('C-6 the simulator’s window', () => {
  it.each([
    ['19900131', '1990-01-31'],
    ['1990-01-31', '1990-01-31'],
    ['1990. 01. 31', '1990-01-31'],
    ['１９９００１３１', '1990-01-31'],
    ['20240229', '2024-02-29'],
    ['20230229', undefined],
    ['19901301', undefined],
    ['19900100', undefined],
    ['18991231', undefined],
    ['20261123', '2026-11-23'],
    ['20261124', undefined],
    ['900131', undefined],
    ['1990013a', undefined],
    ['', undefined],
  ])('C-6 a birth date typed as "%s" is %s', (typed, expected) => {
    expect(parseBirthDate(typed, TODAY)).toBe(expected);
  });

  it('C-6 whoever is typed in is believed: number with 휴대폰, none with 아이핀', () => {
    expect(readPerson('phone', { ...good, name: ' 홍길동 ' }, TODAY)).toEqual({
      kind: 'person',
      person: { name: '홍길동', birthDate: '1990-01-31', phone: '+821012345678' },
    });
    expect(readPerson('ipin', { ...good, id: 'hong', password: ' ' }, TODAY)).toEqual({
      kind: 'person',
      person: { name: '홍길동', birthDate: '1990-01-31' },
    });
  });

  it.each([
    ['phone', { ...good, name: ' \u200b' }, ['name']],
    ['phone', { ...good, birthDate: '1990' }, ['birthDate']],
    ['phone', { ...good, phone: '02-312-3456' }, ['phone']],
    ['phone', { ...good, phone: '+1 212 555 0123' }, ['phone']],
    ['phone', {}, ['name', 'birthDate', 'phone']],
    ['ipin', { ...good, id: ' ', password: '' }, ['id', 'password']],
    ['ipin', { id: 'hong', password: 'x' }, ['name', 'birthDate']],
  ] as const)('C-6 with %s, %o names the fields %o', (method, typed, fields) => {
    expect(readPerson(method, typed, TODAY)).toEqual({ kind: 'refused', fields });
  });

  const sent = { code: '012345', expiresAt: NOW + 1 };
  it.each([
    ['012345', 0, NOW, { kind: 'right' }],
    ['012 345', 4, NOW, { kind: 'right' }],
    ['012345', 0, NOW + 1, { kind: 'code-expired' }],
    ['12345', 0, NOW, { kind: 'not-a-code' }],
    ['999999', 0, NOW, { kind: 'wrong', triesLeft: 4 }],
    ['999999', 3, NOW, { kind: 'wrong', triesLeft: 1 }],
    ['999999', 4, NOW, { kind: 'wrong', triesLeft: 0 }],
  ] as const)('C-6 the code %s after %i wrong ones is judged', (typed, wrong, now, expected) => {
    expect(judgeCode(sent, typed, wrong, now)).toEqual(expected);
  });

  it('C-6 the message says that it is none of a real provider', () => {
    expect(codeText('012345', 'ko')).toBe(
      '[모의 본인인증] 인증번호 012345\n본인인증 창에 5분 안에 입력해 주세요.',
    );
    expect(codeText('012345', 'en')).toBe(
      '[Mock identity check] Code 012345\nType it in the window of the identity check within 5 minutes.',
    );
  });

  it.each([
    ['certified', 'ok'],
    ['cancelled', 'cancelled'],
    ['failed', 'failed'],
    ['hanging', 'ok'],
  ] as const)('C-6 a window that was %s sends the browser back with result=%s', (ending, result) => {
    const returnUrl = 'https://motp.example/identity/return/idt_1';
    expect(redirectTo(returnUrl, ending)).toBe(`${returnUrl}?result=${result}`);
  });
});
