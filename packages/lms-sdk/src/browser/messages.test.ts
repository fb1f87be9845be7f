import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHello, readPageMessage } from './messages.ts';

describe('messages between the LMS and the check page', () => {
  it('C-10 the page says its height, that it is passed, done, or left', () => {
    const messages = [
      { type: 'motp:size', check: 'chk_1', height: 640.5 },
      { type: 'motp:passed', check: 'chk_1', receipt: 'a.b.c' },
      { type: 'motp:done', check: 'chk_1' },
      { type: 'motp:left', check: 'chk_1', code: 'closed' },
      { type: 'motp:left', check: 'chk_1', code: 'expired' },
    ];
    for (const message of messages) expect(readPageMessage({ ...message, more: 1 })).toEqual(message);
  });

  it('C-9 anything else is no message', () => {
    const others = [
      null,
      'motp:passed',
      { type: 'motp:passed', receipt: 'a.b.c' },
      { type: 'motp:passed', check: 1, receipt: 'a.b.c' },
      { type: 'motp:passed', check: 'chk_1' },
      { type: 'motp:size', check: 'chk_1', height: -1 },
      { type: 'motp:size', check: 'chk_1', height: Number.NaN },
      { type: 'motp:size', check: 'chk_1', height: '640' },
      { type: 'motp:left', check: 'chk_1', code: 'passed' },
    ];
    for (const other of others) expect(readPageMessage(other)).toBeNull();
    fc.assert(fc.property(fc.anything(), (data) => readPageMessage(data) === null && !isHello(data)));
    expect(isHello({ type: 'motp:hello' })).toBe(true);
  });
});
