import { describe, expect, it } from 'vitest';
import { returnAddress } from './result.ts';

describe('the answer of the provider’s script', () => {
  it('C-6 goes the way of a redirect, its texts and nothing else', () => {
    const response = {
      transactionType: 'IDENTITY_VERIFICATION',
      identityVerificationId: 'a b&c',
      code: undefined,
      pgMessage: { nested: true },
    };
    expect(returnAddress('idt_1', response)).toBe(
      '/identity/return/idt_1?transactionType=IDENTITY_VERIFICATION&identityVerificationId=a+b%26c',
    );
  });
});
