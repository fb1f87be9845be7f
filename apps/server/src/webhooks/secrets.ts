import type { Keyring, Sealed } from '../keys/keyring.ts';
import type { World } from '../world.ts';

/** Standard Webhooks 1.0: 24 to 64 random bytes. */
const SECRET_BYTES = 32;

export const newSecret = (world: World): string => `whsec_${world.random(SECRET_BYTES).toString('base64')}`;

type Column = 'url' | 'secret' | 'former';

const place = (institution: string, column: Column) => ({
  table: 'webhook_endpoint',
  column,
  row: institution,
});

export const sealed = (keyring: Keyring, institution: string, column: Column, plain: string): Sealed =>
  keyring.seal(place(institution, column), plain);

export const opened = (keyring: Keyring, institution: string, column: Column, value: Sealed): string =>
  keyring.open(place(institution, column), value).toString();
