import { createHash, createHmac } from 'node:crypto';
import {
  demandFresh,
  demandGenuine,
  type Genuine,
  malformed,
  openReceipt,
  refuseIf,
} from './open-receipt.ts';
import { isFields } from './reply.ts';
import type { DropInReceiptClaims, Learner, Occasion } from './types.ts';

export interface DropInExpectation extends Genuine {
  /** The signed-in learner, from the LMS's own session and records, never from the browser. */
  learner: Pick<Learner, 'id' | 'name' | 'phone'>;
  /** COURSE_AGENT_PK, and what stands after the comma of CLASS_AGENT_PK. */
  course: { id: string; round?: string };
  /** What EVAL_CD and CLASS_TME stand for: `02`, `01` is `{ kind: 'exam', number: 1 }`. 입과 has number 1. */
  occasion: Occasion;
  /** An API key of the institution that was in use when the code was accepted. It is compared here and goes nowhere. */
  apiKey: string;
}

/**
 * Decides whether the `receipt` in an answer of the drop-in façade opens something now: signed by the mOTP server
 * (type `motp-drop-in-receipt+jwt`), for this institution, this learner's name and number, course and occasion, at
 * most ten minutes ago. The page of the learner asked for it, so everything in it is compared with what your server
 * knows. Use each receipt once: remember its `jti` until it is too old.
 *
 * @throws {ReceiptError} whose `code` says why not. Nothing may open then.
 */
export async function verifyDropInReceipt(
  receipt: string,
  expected: DropInExpectation,
): Promise<DropInReceiptClaims> {
  const opened = await openReceipt(receipt, expected.jwks, 'motp-drop-in-receipt+jwt');
  if (opened.via !== 'drop-in' || !Array.isArray(opened.person)) throw malformed();
  const claims = opened as unknown as DropInReceiptClaims;
  const { learner } = expected;
  demandGenuine(claims, expected);
  refuseIf(claims.sub !== learner.id, 'wrong-learner', 'The receipt is for another learner.');
  const isTheirs = claims.person.includes(personOf(claims.jti, learner, expected.apiKey));
  refuseIf(!isTheirs, 'wrong-person', 'The code was not of this name and number.');
  refuseIf(!isSame(claims, expected), 'wrong-occasion', 'The receipt is for another course or occasion.');
  demandFresh(claims, expected);
  return claims;
}

function isSame({ course, occasion }: DropInReceiptClaims, expected: DropInExpectation): boolean {
  return (
    isFields(course) &&
    course.id === expected.course.id &&
    course.round === expected.course.round &&
    occasion.kind === expected.occasion.kind &&
    occasion.number === expected.occasion.number
  );
}

/** Name and number as the server compares them, bound to the receipt, under what only it and the institution know. */
function personOf(jti: string, { name, phone }: Pick<Learner, 'name' | 'phone'>, apiKey: string): string {
  const key = createHash('sha256').update(apiKey).digest('base64url');
  const text = `${jti}\0${comparableName(name)}\0${international(phone)}`;
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** U+FF00–U+FFEF: full-width Latin and half-width Hangul. */
const WIDTH_FORMS = /[\uff00-\uffef]+/g;
const IGNORED = /[\p{White_Space}\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u180e]/gu;

/** Without width, white space and zero-width characters (SPEC C-3). */
function comparableName(name: string): string {
  const folded = name.normalize('NFC').replace(WIDTH_FORMS, (text) => text.normalize('NFKC'));
  return folded.replace(IGNORED, '').normalize('NFC');
}

/** `+821012345678` of any usual way to write a number in Korea. */
function international(phone: string): string {
  const digits = phone.normalize('NFKC').replace(/[^\d+]/g, '');
  if (digits.startsWith('+')) return digits.replace(/^\+820/, '+82');
  return digits.startsWith('0') ? `+82${digits.slice(1)}` : digits;
}
