import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Keyring, SealError } from '../keys/keyring.ts';
import { clearHead, HEAD_BYTES, openChunks, readClearHead } from './chunks.ts';
import { RowDigest } from './digest.ts';
import {
  type ColumnType,
  checkRow,
  differences,
  type FileHead,
  parseLine,
  type Row,
  type TableHead,
  type Total,
  type Totals,
  TransferError,
} from './rules.ts';

/** Rows of one table that lie together in the file. */
export interface RowBatch {
  table: TableHead;
  columns: readonly [string, ColumnType][];
  rows: Row[];
  /** Number of the last row's line, the head being 0. */
  line: number;
}

export interface ExportFile {
  /** Names this file: its salt, hex. */
  id: string;
  head: FileHead;
  /**
   * Everything in the file, in its order; the trailer's totals are what it returns. Whoever reads to the end knows
   * that nothing is missing and nothing was altered. @throws TransferError
   */
  batches(): AsyncGenerator<RowBatch, Totals>;
}

const BATCH_ROWS = 2_000;
const READ_BYTES = 1024 * 1024;

/** @throws TransferError when it is no file of this key and format */
export async function openExportFile(path: string, keyring: Keyring): Promise<ExportFile> {
  const clear = await readHead(path);
  const { keyId, salt } = readClearHead(clear);
  const chunkKey = { key: keyOf(keyring, keyId, salt), aad: clearHead(keyId, salt) };
  const lines = () =>
    linesOf(openChunks(chunkKey, createReadStream(path, { start: HEAD_BYTES, highWaterMark: READ_BYTES })));
  return { id: salt.toString('hex'), head: await firstOf(lines()), batches: () => batchesOf(lines()) };
}

async function readHead(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    const read = file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0).finally(() => file.close());
    const { buffer, bytesRead } = await read;
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'unknown';
    throw new TransferError(`the file cannot be read (${code})`);
  }
}

function keyOf(keyring: Keyring, keyId: string, salt: Buffer) {
  try {
    return keyring.transferKey(salt, keyId).key;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const shown = /^[0-9a-f]{8}$/.test(keyId) ? keyId : 'an unknown one';
    throw new TransferError(
      `the file was made with another master key: its sealing key ${shown} is not in MOTP_KEY_FILE`,
    );
  }
}

async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const piece of bytes) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest !== '') throw new TransferError('the last line of the file has no end');
}

async function firstOf(lines: AsyncGenerator<string[]>): Promise<FileHead> {
  for await (const [first] of lines) {
    const line = parseLine(first ?? '');
    if (line.kind === 'head') return line.head;
    break;
  }
  throw new TransferError('the file does not begin with whose it is');
}

async function* batchesOf(source: AsyncIterable<string[]>): AsyncGenerator<RowBatch, Totals> {
  const reader = new Reader();
  for await (const texts of source) {
    for (const text of texts) {
      const full = reader.take(text);
      if (full) yield full;
    }
  }
  return reader.finish();
}

/** Line after line: what comes after what, and the digests. */
class Reader {
  #line = -1;
  #batch: RowBatch | undefined;
  #digest = new RowDigest();
  readonly #found: Record<string, Total> = {};
  #end: Totals | undefined;

  /** @returns a batch that is full or whose table is over */
  take(text: string): RowBatch | undefined {
    this.#line++;
    const line = parseLine(text);
    if (this.#end || (line.kind === 'head') !== (this.#line === 0)) throw new TransferError(ORDER);
    switch (line.kind) {
      case 'head':
        return undefined;
      case 'row':
        return this.#takeRow(line.row, text);
      case 'table':
        return this.#nextTable(line.table);
      case 'end':
        this.#end = line.totals;
        return this.#closeTable();
    }
  }

  #nextTable(table: TableHead): RowBatch | undefined {
    const over = this.#closeTable();
    this.#batch = { table, columns: Object.entries(table.columns), rows: [], line: this.#line };
    return over;
  }

  #takeRow(row: Row, text: string): RowBatch | undefined {
    const batch = this.#batch;
    if (!batch) throw new TransferError(ORDER);
    checkRow(batch.table.table, batch.columns, row);
    this.#digest.add(text);
    batch.rows.push(row);
    batch.line = this.#line;
    if (batch.rows.length < BATCH_ROWS) return undefined;
    this.#batch = { ...batch, rows: [] };
    return batch;
  }

  #closeTable(): RowBatch | undefined {
    const batch = this.#batch;
    if (!batch) return undefined;
    if (this.#found[batch.table.table]) throw new TransferError(ORDER);
    this.#found[batch.table.table] = this.#digest.total();
    this.#digest = new RowDigest();
    this.#batch = undefined;
    return batch;
  }

  finish(): Totals {
    if (!this.#end) throw new TransferError('the file has no end: export again');
    const wrong = differences(this.#end, this.#found);
    if (wrong.length > 0)
      throw new TransferError(`the file does not hold what its end says (${wrong.join(', ')})`);
    return this.#end;
  }
}

const ORDER = 'the lines of the file are not in their order';
