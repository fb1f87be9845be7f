// violates: sql-only-in-stores
import type { Insertable } from 'kysely';

export type Row = Insertable<{ id: string }>;
