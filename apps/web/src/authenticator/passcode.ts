export const PASSCODE_DIGITS = 6;

export type PasscodeFault = 'not-six-digits' | 'repeats' | 'run' | 'phone' | 'common';

// The most used six-digit PINs that the other rules let through (keypad columns, corners, mirrored and doubled ones).
const COMMON = new Set(
  `112233 223344 445566 778899 332211 665544 123321 321123 456654 654456 789987 111222 222333 111333 000111
   147258 258369 147852 258852 369258 741852 852963 963852 159357 159753 753159 951753 357159 753951
   123654 321654 456123 654123 123789 789456 456321 987321 102030 203040 010203 112358 314159 141421
   246810 246802 135790 135791 132435 142536 100400 100410 800800 007007 080808 520131 520520 696969`.split(
    /\s+/,
  ),
);

/** What was typed, without what a keyboard adds: full-width digits become plain, spaces go. */
export const readPasscode = (typed: string): string => typed.normalize('NFKC').replace(/\s/g, '');

/** Why a passcode would be guessed first, or undefined (SPEC R-4). `phone` is the number as typed. */
export function judgePasscode(passcode: string, phone: string): PasscodeFault | undefined {
  if (!/^[0-9]{6}$/.test(passcode)) return 'not-six-digits';
  if (repeats(passcode)) return 'repeats';
  if (runs(passcode)) return 'run';
  if (isOfPhone(passcode, phone)) return 'phone';
  if (COMMON.has(passcode)) return 'common';
  return undefined;
}

/** 000000, 121212, 123123 */
function repeats(passcode: string): boolean {
  return [1, 2, 3].some((length) => passcode === passcode.slice(0, length).repeat(PASSCODE_DIGITS / length));
}

/** 123456, 654321, and over the nine: 789012 */
function runs(passcode: string): boolean {
  const steps = Array.from(
    passcode.slice(1),
    (digit, index) => (Number(digit) - Number(passcode[index]) + 10) % 10,
  );
  return steps.every((step) => step === 1) || steps.every((step) => step === 9);
}

const TAIL_DIGITS = 4;

/** Six digits in a row of the number in either writing, or its last four anywhere. */
function isOfPhone(passcode: string, phone: string): boolean {
  const digits = phone.normalize('NFKC').replace(/\D/g, '');
  const national = digits.replace(/^82/, '0');
  const tail = digits.slice(-TAIL_DIGITS);
  return (
    digits.includes(passcode) || national.includes(passcode) || (tail.length === 4 && passcode.includes(tail))
  );
}
