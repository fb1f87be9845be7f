import { type Kysely, sql } from 'kysely';
import { table } from './table.ts';

/** Which servers may run over this database besides the newest (ADR 0018). */
export const sideBySide = {
  beside: '0005-exemptions',
  async up(db: Kysely<unknown>): Promise<void> {
    await table(db, 'schema_floor', { id: 'bigint=', lowest: 'text' });
    await sql`insert into schema_floor (id, lowest) values (1, '')`.execute(db);
  },
};
