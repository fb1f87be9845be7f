import { judgePasscode, readPasscode } from './passcode.ts';
import type { TextKey } from './texts.ts';

export type PersonForm = {
  readonly name: string;
  readonly phone: string;
  readonly passcode: string;
  readonly again: string;
};

export type PersonErrors = { readonly [Field in keyof PersonForm]?: TextKey | undefined };

/** Korean mobile numbers: 010 with eight more digits, the old 011, 016 to 019 with seven or eight. */
const MOBILE = /^01(0\d{8}|[16789]\d{7,8})$/;

/** Every fault at once, so that nobody corrects one field to learn of the next. The server judges again. */
export function judgePerson(form: PersonForm): PersonErrors {
  const passcode = readPasscode(form.passcode);
  const fault = judgePasscode(passcode, form.phone);
  return {
    ...(form.name.trim() === '' ? { name: 'name-missing' } : {}),
    ...judgePhone(form.phone),
    ...(fault ? { passcode: `passcode-${fault}` } : {}),
    ...(!fault && readPasscode(form.again) !== passcode ? { again: 'passcode-differs' } : {}),
  };
}

export function judgePhone(typed: string): Pick<PersonErrors, 'phone'> {
  const text = typed.normalize('NFKC').trim();
  if (text === '') return { phone: 'phone-missing' };
  // A server may be configured for other countries; it decides about what is written internationally.
  if (text.startsWith('+') && !text.startsWith('+82')) return {};
  const national = text.replace(/\D/g, '').replace(/^82/, '0').replace(/^00/, '0');
  return MOBILE.test(national) ? {} : { phone: 'phone-bad' };
}

export const isFaultless = (errors: PersonErrors): boolean => Object.keys(errors).length === 0;
