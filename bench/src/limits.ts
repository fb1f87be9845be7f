import type { Costs } from './costs.ts';
import type { CodesRow } from './rows.ts';

/** How many codes an answer is compared with: one or two accepted steps, and for a wrong one five before. */
const CODES = { wrong: 7, right: 2 };

/** Where the processor time of one answer goes, about: what the known parts leave over is the database. */
export function limitsOf(rows: readonly CodesRow[], costs: Costs): string[] {
  const busiest = Math.max(...rows.map(({ connections }) => connections));
  const busy = rows.filter(({ connections }) => connections === busiest);
  const wrong = busy.find(({ kind }) => kind === 'wrong')?.ours.cpuMicroseconds ?? 0;
  return busy.map((row) => {
    const cpu = row.ours.cpuMicroseconds.toFixed(0);
    const { server, generator, rest } = row.ours.cores;
    const cores = `${server.toFixed(2)} cores server, ${generator.toFixed(2)} generator, ${rest.toFixed(2)} others`;
    return `- ${row.database}, ${row.kind}, ${busiest} connections (${cores}): server CPU ${cpu} µs an answer, ${partsOf(row, wrong, costs)}`;
  });
}

function partsOf(row: CodesRow, wrong: number, costs: Costs): string {
  if (row.kind === 'attack') return 'of nine answers in ten to guesses and one with a signature';
  if (row.kind === 'search') {
    const more = (row.ours.cpuMicroseconds - wrong).toFixed(0);
    return `about ${more} more than any other wrong code: the search of 380 steps`;
  }
  const http = row.bare.cpuMicroseconds;
  const judging = costs.openSeed + CODES[row.kind] * costs.code + costs.wrongCodeKey;
  const rest = Math.max(0, row.ours.cpuMicroseconds - http - judging);
  const part = (name: string, cost: number) =>
    `${name} ${cost.toFixed(0)} (${Math.round((cost / row.ours.cpuMicroseconds) * 100)} %)`;
  return [
    `about ${part(row.kind === 'right' ? 'HTTP and signature' : 'HTTP', http)}`,
    `+ ${part('seed and codes', judging)} + ${part('statements, commit and rows', rest)};`,
    `a batch of ${row.batch.size.toFixed(0)} takes ${row.batch.milliseconds.toFixed(1)} ms from gathering to`,
    `commit, ${Math.round(row.batch.share * 100)} % of the time`,
  ].join(' ');
}

export const costLine = (costs: Costs): string =>
  [
    `Alone, here and now: open a seed ${costs.openSeed.toFixed(1)} µs, one code ${costs.code.toFixed(2)} µs,`,
    `keyed hash ${costs.wrongCodeKey.toFixed(1)} µs, ES256 signature ${costs.signature.toFixed(0)} µs,`,
    `write and fdatasync of 4 kB ${costs.flush4k.toFixed(0)} µs, of 256 kB ${costs.flush256k.toFixed(0)} µs.`,
  ].join(' ');
