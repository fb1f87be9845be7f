import type { Keyring, Sealed } from './keyring.ts';
import { sealedColumns } from './store.ts';

/** Opens every sealed value of rows of one table, given by column. @throws SealError @returns how many opened */
export function opensSealed(
  keyring: Keyring,
  table: string,
  rows: Iterable<Readonly<Record<string, string | number | null>>>,
): number {
  const sealed = sealedColumns.find((each) => each.table === table);
  if (!sealed) return 0;
  let opened = 0;
  for (const row of rows) {
    for (const column of sealed.columns) {
      const value = row[`${column}_sealed`] ?? null;
      if (value === null) continue;
      keyring.open({ table, column, row: String(row[sealed.id]) }, value as Sealed);
      opened++;
    }
  }
  return opened;
}
