import type { KeyObject } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export const allowed = (text: string, key: KeyObject) => [parsePhoneNumberFromString(text), key.type];
