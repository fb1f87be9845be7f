import { createHmac } from 'node:crypto';
import { DROP_IN_RECEIPT_TYPE, type DropInReceiptClaims } from '@motp/protocol';
import type { ReceiptIssuer } from '../checks/receipt.ts';
import type { UnopenedAnswer, UnsignedPass } from '../checks/unopened.ts';
import { comparableName, type PhoneNumber } from '../learners/rules.ts';
import { signReceipt } from '../receipts/sign-receipt.ts';

export interface Person {
  readonly name: string;
  readonly phone: PhoneNumber;
}

/**
 * What the browser carries to its LMS. Learner, course and occasion are the browser's words; whose code it was is
 * said in a way that only the institution can compare: a receipt names nobody (C-8, ADR 0021).
 * @param keyHashes of the institution's API keys in use
 */
export function signDropIn(
  { issuer, demo, keys }: ReceiptIssuer,
  answer: UnopenedAnswer,
  pass: UnsignedPass,
  person: Person,
  keyHashes: readonly string[],
): string {
  const { course, round } = answer;
  const text = `${pass.id}\0${comparableName(person.name)}\0${person.phone}`;
  const claims: DropInReceiptClaims = {
    iss: issuer,
    aud: answer.institution,
    sub: answer.learner,
    jti: pass.id,
    iat: Math.floor(pass.at / 1000),
    via: 'drop-in',
    person: keyHashes.map((hash) => createHmac('sha256', hash).update(text).digest('base64url')),
    course: round === '' ? { id: course } : { id: course, round },
    occasion: answer.occasion,
    method: 'motp',
    amr: ['otp', 'pin', 'mfa'],
    ...(demo ? { demo: true as const } : {}),
  };
  return signReceipt(keys, claims, DROP_IN_RECEIPT_TYPE);
}
