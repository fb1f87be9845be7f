declare const brand: unique symbol;

/** Six ASCII digits that somebody typed; only `parseCode` makes one. */
export type Code = string & { readonly [brand]: 'Code' };

/**
 * What a person adds without meaning it: any Unicode white space, the hyphen-minus and the dashes that Korean
 * and mobile keyboards put in its place (U+2010 to U+2015, U+2212 minus, U+FF0D full-width hyphen).
 */
const FORGIVEN = /[\p{White_Space}\-\u2010-\u2015\u2212\uff0d]/gu;
const FULL_WIDTH_DIGIT = /[\uff10-\uff19]/g;
const SIX_DIGITS = /^[0-9]{6}$/;

/** Full-width digits lie this far above the ASCII ones. */
const FULL_WIDTH_OFFSET = 0xfee0;

/** The code in what was typed, forgiving spaces, hyphens and full-width digits and nothing else (SPEC T-4). */
export function parseCode(text: string): Code | undefined {
  const bare = text.replace(FORGIVEN, '').replace(FULL_WIDTH_DIGIT, toAscii);
  return isCode(bare) ? bare : undefined;
}

/** A code as it is shown: `123 456`. */
export function formatCode(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

function isCode(text: string): text is Code {
  return SIX_DIGITS.test(text);
}

function toAscii(digit: string): string {
  return String.fromCharCode(digit.charCodeAt(0) - FULL_WIDTH_OFFSET);
}
