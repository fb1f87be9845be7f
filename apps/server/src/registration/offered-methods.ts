import type { IdentityMethod } from '@motp/protocol';
import type { Tx } from '../db/open.ts';
import { keptDiKey } from '../identity/certified-numbers.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { isComparable, methodsOf } from '../identity/rules.ts';

/** C-6: the number can be compared, or the DI that was kept for it; a registration knows no birth date. */
export async function offeredMethods(
  tx: Tx,
  providers: IdentityProviders,
  phoneKey: string,
): Promise<IdentityMethod[]> {
  const known = { phone: true, birthDate: false, di: (await keptDiKey(tx, phoneKey)) !== undefined };
  return methodsOf(providers).filter((method) => {
    const gives = providers[method]?.gives;
    return gives !== undefined && isComparable(gives, known);
  });
}
