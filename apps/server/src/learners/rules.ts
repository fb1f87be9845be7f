import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** E.164, for example `+821012345678`. Only `parsePhone` makes one. */
export type PhoneNumber = string & { readonly phoneNumber: unique symbol };

/** A number as people write it in Korea or abroad; undefined when it cannot be one. */
export function parsePhone(text: string): PhoneNumber | undefined {
  const folded = text.normalize('NFKC');
  if (!/^[+()\d\s.\-‐-―−]+$/u.test(folded)) return undefined;
  const parsed = parsePhoneNumberFromString(folded.replace(/[‐-―−]/gu, '-'), 'KR');
  return parsed?.isValid() ? (parsed.number as string as PhoneNumber) : undefined;
}

/** SMS proof is for Korean mobile numbers. */
export function isKoreanMobile(phone: PhoneNumber): boolean {
  const parsed = parsePhoneNumberFromString(phone);
  return parsed?.country === 'KR' && parsed.getType() === 'MOBILE';
}

/** As people write it: `010-1234-5678`, foreign numbers with their country code. */
export function formatPhone(phone: PhoneNumber): string {
  const parsed = parsePhoneNumberFromString(phone);
  if (!parsed) return phone;
  return parsed.country === 'KR' ? parsed.formatNational() : parsed.formatInternational();
}

export const lastFour = (phone: PhoneNumber): string => phone.slice(-4);

/** U+FF00–U+FFEF: full-width Latin and half-width Hangul. */
const WIDTH_FORMS = /[\uff00-\uffef]+/g;
const IGNORED = /[\p{White_Space}\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u180e]/gu;

/**
 * Two names are the same person’s when this is equal (C-3): NFC, width folding, without white space and
 * zero-width characters. Case and everything else count.
 */
export function comparableName(name: string): string {
  const folded = name.normalize('NFC').replace(WIDTH_FORMS, (text) => text.normalize('NFKC'));
  return folded.replace(IGNORED, '').normalize('NFC');
}

/** `홍*동`, `홍*`, `남**수`: enough to recognise one’s own name, too little to learn another’s. */
export function maskName(name: string): string {
  const letters = [
    ...new Intl.Segmenter('ko', { granularity: 'grapheme' }).segment(comparableName(name)),
  ].map(({ segment }) => segment);
  if (letters.length <= 1) return '*';
  if (letters.length === 2) return `${letters[0]}*`;
  return `${letters[0]}${'*'.repeat(letters.length - 2)}${letters.at(-1)}`;
}

/** Digits alone, as Korean gateways take them: `01012345678`; foreign numbers stay E.164. */
export function nationalDigits(phone: PhoneNumber): string {
  return phone.startsWith('+82') ? `0${phone.slice('+82'.length)}` : phone;
}
