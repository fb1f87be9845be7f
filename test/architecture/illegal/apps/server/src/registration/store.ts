import type { Database } from '../db/open.ts';

export const readDevice = (database: Database) => database.name;
