import type { Keyring, Sealed } from '../keys/keyring.ts';

type Column = 'url' | 'key';

const place = (institution: string, column: Column) => ({ table: 'report_target', column, row: institution });

export const sealed = (keyring: Keyring, institution: string, column: Column, plain: string): Sealed =>
  keyring.seal(place(institution, column), plain);

export const opened = (keyring: Keyring, institution: string, column: Column, value: Sealed): string =>
  keyring.open(place(institution, column), value).toString();
