import type { Tx } from '../db/open.ts';
import type { Keyring } from '../keys/keyring.ts';
import { comparableName, type PhoneNumber } from '../learners/rules.ts';
import { newId, type World } from '../world.ts';
import type { CertifiedPerson } from './provider.ts';
import type { Certified } from './rules.ts';
import {
  deleteCertifiedNumber,
  findCertifiedNumber,
  findNumbersOf,
  forgetAttempts,
  putCertifiedNumber,
} from './store.ts';

/** What a provider said, as what it is compared by. */
export function certifiedKeys(keyring: Keyring, person: CertifiedPerson): Certified {
  const { name, phone, birthDate, di } = person;
  return {
    nameKey: keyring.hash('name', comparableName(name)),
    phoneKey: phone && keyring.hash('phone', phone),
    birthDate,
    diKey: di && keyring.hash('di', di),
  };
}

/** The DI of the person to whom this number was last certified, as a keyed hash (C-6). */
export async function keptDiKey(tx: Tx, phoneKey: string): Promise<string | undefined> {
  return (await findCertifiedNumber(tx, phoneKey))?.di_key;
}

/** The other numbers of a certified person: what links two numbers to one learner. */
export async function otherNumbersOf(tx: Tx, diKey: string, phoneKey: string): Promise<string[]> {
  return (await findNumbersOf(tx, diKey)).filter((number) => number !== phoneKey);
}

/** Keeps the DI of a certified check that matched by number, for checks whose provider gives none. */
export async function keepDi(
  tx: Tx,
  { keyring, world }: { keyring: Keyring; world: World },
  certified: { phone: PhoneNumber; di: string },
): Promise<void> {
  const id = newId('crt', world);
  const seal = (column: string, text: string) =>
    keyring.seal({ table: 'certified_number', column, row: id }, text);
  await putCertifiedNumber(tx, {
    id,
    phone_key: keyring.hash('phone', certified.phone),
    phone_sealed: seal('phone', certified.phone),
    di_key: keyring.hash('di', certified.di),
    di_sealed: seal('di', certified.di),
    certified_at: world.now(),
  });
}

/** The number is another learner’s now: the DI that was kept for it is not theirs. */
export const disownNumber = (tx: Tx, phoneKey: string): Promise<void> => deleteCertifiedNumber(tx, phoneKey);

/** P-2: consent was withdrawn; whom the number was certified for is forgotten. */
export async function forgetCertified(tx: Tx, phoneKey: string): Promise<void> {
  await deleteCertifiedNumber(tx, phoneKey);
  await forgetAttempts(tx, phoneKey);
}
