export { acceptedSteps, clockOffsetSeconds, clockSearchSteps, tooOldSteps } from './acceptance.ts';
export { type Code, formatCode, parseCode } from './code.ts';
export { codeAt, type Hmac, type HmacKey, totpWithKey } from './hotp.ts';
export { counterBytes, PERIOD_SECONDS, secondsLeft, stepAt } from './steps.ts';
export { type Digits, truncate } from './truncate.ts';
