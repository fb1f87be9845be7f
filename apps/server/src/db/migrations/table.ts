import { type ColumnDataType, type Kysely, sql } from 'kysely';

export type Columns = Record<string, string>;

/** `name: 'text'` is required, `'text?'` may be null, `'text='` is the primary key. */
export async function table(
  db: Kysely<unknown>,
  name: string,
  columns: Columns,
  primaryKey?: string[],
): Promise<void> {
  let create = db.schema.createTable(name);
  for (const [column, spec] of Object.entries(columns)) {
    const type = spec.replace(/[?=]$/, '') as ColumnDataType;
    create = create.addColumn(column, type, (c) =>
      spec.endsWith('=') ? c.primaryKey() : spec.endsWith('?') ? c : c.notNull(),
    );
  }
  if (primaryKey) create = create.addPrimaryKeyConstraint(`${name}_pkey`, primaryKey as never[]);
  await create.execute();
}

export async function index(
  db: Kysely<unknown>,
  on: string,
  columns: string[],
  where?: string,
  unique = false,
): Promise<void> {
  const suffix = where === undefined ? '' : '_where';
  let create = db.schema
    .createIndex(`${on}_${columns.join('_')}${suffix}`)
    .on(on)
    .columns(columns);
  if (unique) create = create.unique();
  if (where !== undefined) create = create.where(sql.raw(where) as never);
  await create.execute();
}
