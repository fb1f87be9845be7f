// violates: store-knows-the-database-alone
import { sql } from 'kysely';
import { send } from '../messages/send.ts';

export const readChecks = () => [sql`select 1`, send];
