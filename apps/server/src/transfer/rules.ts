/** Sentences for the operator; they repeat no value of a row. */
export class TransferError extends Error {
  override name = 'TransferError';
  readonly problems: readonly string[];

  constructor(...problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export const FORMAT = 1;

export type ColumnType = 'text' | 'bigint';
export type Columns = Readonly<Record<string, ColumnType>>;
export type Value = string | number | null;
export type Row = readonly Value[];

/** The first line of a file: whose it is and how far its database was. */
export interface FileHead {
  motp: 'transfer';
  format: number;
  /** Version of the program. */
  program: string;
  exportedAt: number;
  /** Whether the source was closed before. */
  final: boolean;
  /** Names of the source's migrations. */
  level: readonly string[];
  createdAt: number;
  demoAt: number | null;
  keyMark: string;
  /** Of all tables. */
  rows: number;
}

/** Before the rows of a table. */
export interface TableHead {
  table: string;
  columns: Columns;
  rows: number;
  /** The last number that the database gave out itself. */
  sequence?: number;
}

/** Rows and their digest, by table. */
export type Totals = Readonly<Record<string, Total>>;
export interface Total {
  rows: number;
  digest: string;
}

export type Line =
  | { kind: 'head'; head: FileHead }
  | { kind: 'table'; table: TableHead }
  | { kind: 'row'; row: Row }
  | { kind: 'end'; totals: Totals };

const DAMAGED = 'the file is not what `motp export` writes';

export function parseLine(text: string): Line {
  const value = parsed(text);
  if (Array.isArray(value)) return { kind: 'row', row: value as Row };
  const fields = (value ?? {}) as Record<string, unknown>;
  if (fields.motp === 'transfer') return { kind: 'head', head: fields as unknown as FileHead };
  if (typeof fields.table === 'string') return { kind: 'table', table: fields as unknown as TableHead };
  if (typeof fields.end === 'object' && fields.end !== null)
    return { kind: 'end', totals: fields.end as Totals };
  throw new TransferError(DAMAGED);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TransferError(DAMAGED);
  }
}

/** @throws TransferError when a row is not as its columns are, or one database could not keep what the other has */
export function checkRow(table: string, columns: readonly [string, ColumnType][], row: Row): void {
  if (row.length !== columns.length) throw new TransferError(DAMAGED);
  for (const [index, [column, type]] of columns.entries()) {
    const value = row[index] ?? null;
    if (!isOfType(value, type))
      throw new TransferError(
        `${table}.${column} has a value that is no ${type} which both databases can keep`,
      );
  }
}

/** PostgreSQL keeps no U+0000; JavaScript no larger whole number exactly. */
function isOfType(value: Value, type: ColumnType): boolean {
  if (value === null) return true;
  return type === 'text'
    ? typeof value === 'string' && !value.includes('\0')
    : typeof value === 'number' && Number.isSafeInteger(value);
}

/** A file moves between equals: nothing is converted (ADR 0020). @returns what to do, undefined when equal */
export function levelProblem(file: readonly string[], here: readonly string[]): string | undefined {
  const unknown = file.filter((name) => !here.includes(name));
  if (unknown.length > 0)
    return `the file was made by a newer motp (${unknown.join(', ')}): install that version here first`;
  const missing = here.filter((name) => !file.includes(name));
  if (missing.length > 0)
    return `the file was made by an older motp (without ${missing.join(', ')}): run \`motp migrate\` of this version at the source and export again, or import with the older version and migrate after`;
  return undefined;
}

/** What speaks against this file in this place, whatever is in it. */
export function headProblems(
  head: FileHead,
  here: { level: readonly string[]; keyMark: string; isDemo: boolean },
): string[] {
  if (head.format !== FORMAT) return ['the file was made by a newer motp: install that version here first'];
  const problems: string[] = [];
  const level = levelProblem(head.level, here.level);
  if (level !== undefined) problems.push(level);
  if (head.keyMark !== here.keyMark)
    problems.push(
      'the file belongs to a deployment with another lookup key: bring the key file that the source has now',
    );
  if (head.demoAt !== null && !here.isDemo)
    problems.push('the file was made by a demo, where anybody can pass: production does not take it');
  return problems;
}

/** @returns the tables whose rows are not those of the file */
export function differences(file: Totals, found: Totals): string[] {
  const names = [...new Set([...Object.keys(file), ...Object.keys(found)])];
  return names.filter((name) => {
    const [one, other] = [file[name], found[name]];
    return one?.rows !== other?.rows || one?.digest !== other?.digest;
  });
}

/** Columns of a table here that are not as in the file, or the other way round. */
export const hasOtherColumns = (file: Columns, here: Columns): boolean =>
  Object.keys(file).length !== Object.keys(here).length ||
  Object.entries(file).some(([column, type]) => here[column] !== type);
