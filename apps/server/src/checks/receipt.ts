import type { ReceiptClaims } from '@motp/protocol';
import { signReceipt } from '../receipts/sign-receipt.ts';
import type { SigningKeys } from '../receipts/signing-keys.ts';
import type { AnsweredCheck } from './store.ts';

/** Who issues receipts: `issuer` is the public URL. */
export interface ReceiptIssuer {
  readonly issuer: string;
  readonly demo: boolean;
  readonly keys: SigningKeys;
}

/**
 * RFC 8176: what the app asserts is the passcode, what the server knows is the code. Of an identity check it is what
 * the method commonly is: the provider says who the person is, not how it asked.
 */
const amr: Record<string, string[]> = { motp: ['otp', 'pin', 'mfa'], phone: ['sms'], ipin: ['pwd'] };

/** The claims of a passed check, derived from its row alone, so that it can be made again (C-8). */
export function receiptClaims(
  check: AnsweredCheck,
  issuer: Pick<ReceiptIssuer, 'issuer' | 'demo'>,
): ReceiptClaims {
  if (check.status !== 'passed' || check.passed_at === null || check.method === null) {
    throw new Error('a receipt was asked for a check that is not passed');
  }
  const { device_thumbprint: device, registration_at: at, registration_proof: proof } = check;
  return {
    iss: issuer.issuer,
    aud: check.institution_id,
    sub: check.learner_ref,
    jti: check.id,
    iat: Math.floor(check.passed_at / 1000),
    course: courseOf(check),
    occasion: occasionOf(check),
    reasons: JSON.parse(check.reasons_json) as ReceiptClaims['reasons'],
    method: check.method as ReceiptClaims['method'],
    amr: amr[check.method] ?? [],
    ...(device === null ? {} : { device }),
    ...(at === null || proof === null
      ? {}
      : { registration: { at: new Date(at).toISOString(), proof: proof as 'sms' | 'identity' } }),
    ...(issuer.demo ? { demo: true as const } : {}),
  };
}

export const receiptOf = (check: AnsweredCheck, issuer: ReceiptIssuer): string =>
  signReceipt(issuer.keys, receiptClaims(check, issuer));

export function courseOf(
  check: Pick<AnsweredCheck, 'course_id' | 'course_title' | 'round'>,
): ReceiptClaims['course'] {
  const course = { id: check.course_id, title: check.course_title };
  return check.round === '' ? course : { ...course, round: check.round };
}

export function occasionOf(
  check: Pick<AnsweredCheck, 'occasion_kind' | 'occasion_number'>,
): ReceiptClaims['occasion'] {
  return {
    kind: check.occasion_kind as ReceiptClaims['occasion']['kind'],
    number: check.occasion_number,
  };
}
