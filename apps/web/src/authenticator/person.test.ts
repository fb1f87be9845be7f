import { describe, expect, it } from 'vitest';
import { maskName, maskPhone } from './mask.ts';
import { judgePerson } from './person.ts';

const GOOD = { name: '홍길동', phone: '010-1234-5678', passcode: '482915', again: '482915' };

describe('R-1 name, number and passcode twice', () => {
  it('R-1 every fault is said at once, each at its field', () => {
    expect(judgePerson({ name: ' ', phone: '', passcode: '12', again: '34' })).toEqual({
      name: 'name-missing',
      phone: 'phone-missing',
      passcode: 'passcode-not-six-digits',
    });
    expect(judgePerson({ ...GOOD, again: '482916' })).toEqual({ again: 'passcode-differs' });
    expect(judgePerson(GOOD)).toEqual({});
  });

  it('R-2 only Korean mobile numbers, as people write them; other countries are the server’s to judge', () => {
    const phones = {
      '01012345678': undefined,
      '010 1234 5678': undefined,
      '０１０-1234-5678': undefined,
      '+82 10-1234-5678': undefined,
      '016-123-4567': undefined,
      '+1 202 555 0143': undefined,
      '010-1234-567': 'phone-bad',
      '02-123-4567': 'phone-bad',
      '+82 2 123 4567': 'phone-bad',
    };
    for (const [phone, expected] of Object.entries(phones)) {
      expect([phone, judgePerson({ ...GOOD, phone }).phone]).toEqual([phone, expected]);
    }
  });
});

describe('T-2 whose code it is, masked', () => {
  it('T-2 names', () => {
    const names = ['홍길동', '김철', '남궁민수', '김', '홍길동'.normalize('NFD'), '홍*동'];
    expect(names.map(maskName)).toEqual(['홍*동', '김*', '남**수', '김*', '홍*동', '홍*동']);
  });

  it('T-2 numbers', () => {
    const phones = ['+821012345678', '010-1234-5678', '01012345678', '010-****-5678'];
    for (const phone of phones) expect(maskPhone(phone)).toBe('010-****-5678');
  });
});
