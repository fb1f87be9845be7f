import { BARE_PATHS, type BarePorts } from './bare-server.ts';
import { difference, median, type Readings, readBare, readProduct } from './figures.ts';
import { codeShot, fire, type Measured } from './load.ts';
import type { Product } from './product.ts';
import { answersOf, expectedOutcomes, type Kind } from './shots.ts';

export interface Plan {
  rounds: number;
  milliseconds: number;
}

/** One line of the result: medians over the rounds. Times are milliseconds, `cpu…` microseconds per answer. */
export interface Row {
  database: 'SQLite' | 'PostgreSQL';
  kind: Kind;
  connections: number;
  /** Answers per second: ours through the bare handler's. */
  ratio: number;
  perSecond: number;
  p50: number;
  p99: number;
  cpuMicroseconds: number;
  bare: { perSecond: number; p50: number; p99: number; cpuMicroseconds: number };
  /** Answers settled by one commit, how long one takes from gathering to commit, and how much of the time. */
  batch: { size: number; milliseconds: number; share: number };
}

interface Round {
  measured: Measured;
  readings: Readings;
}

/** Bare, ours, bare, ours: what the machine does meanwhile falls on both. */
export async function measureRow(
  product: Product,
  bare: BarePorts,
  what: Pick<Row, 'database' | 'kind' | 'connections'>,
  { rounds, milliseconds }: Plan,
): Promise<Row> {
  const theirs: Round[] = [];
  const ours: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    await product.putBack(what.kind);
    const answers = answersOf(what.kind, product.people, Date.now());
    const aim = { connections: what.connections, milliseconds };
    theirs.push(await bareRound(bare, what.kind, answers, aim));
    ours.push(await ourRound(product, what.kind, answers, aim));
  }
  return { ...what, ...summary(theirs, ours) };
}

type Answers = ReturnType<typeof answersOf>;
type Aim = { connections: number; milliseconds: number };

async function bareRound(bare: BarePorts, kind: Kind, answers: Answers, aim: Aim): Promise<Round> {
  const path = BARE_PATHS[kind === 'right' ? 'right' : 'wrong'];
  const shots = answers.map(({ token, code }) => codeShot(`${path}/${token}/code`, code));
  const before = await readBare(bare.http);
  const measured = await fire({ ...aim, port: bare.http, shots, isEndless: true });
  refuseOthers(measured, [kind === 'right' ? 'passed' : 'wrong-code']);
  return { measured, readings: difference(await readBare(bare.http), before) };
}

async function ourRound(product: Product, kind: Kind, answers: Answers, aim: Aim): Promise<Round> {
  const shots = answers.map(({ token, code }) => codeShot(`/check/${token}/code`, code));
  const before = await readProduct(product.port);
  const measured = await fire({ ...aim, port: product.port, shots, isEndless: false });
  const readings = difference(await readProduct(product.port), before);
  refuseOthers(measured, expectedOutcomes[kind]);
  return { measured, readings };
}

/** A row that measured something else than it says is no row. */
export function refuseOthers({ outcomes, answers }: Measured, expected: readonly string[]): void {
  for (const [outcome, count] of outcomes) {
    if (!expected.includes(outcome)) throw new Error(`${count} of ${answers} were answered ${outcome}`);
  }
}

function summary(theirs: readonly Round[], ours: readonly Round[]) {
  const of = (rounds: readonly Round[], figure: (round: Round) => number) => median(rounds.map(figure));
  const figures = (rounds: readonly Round[]) => ({
    perSecond: of(rounds, ({ measured }) => measured.perSecond),
    p50: of(rounds, ({ measured }) => measured.p50),
    p99: of(rounds, ({ measured }) => measured.p99),
    cpuMicroseconds: of(rounds, ({ measured, readings }) => (readings.cpuSeconds / measured.answers) * 1e6),
  });
  const ratios = ours.map((round, nth) => round.measured.perSecond / (theirs[nth]?.measured.perSecond ?? 0));
  return {
    ratio: median(ratios),
    ...figures(ours),
    bare: figures(theirs),
    batch: {
      size: of(ours, ({ readings }) => readings.batchedAnswers / readings.batches),
      milliseconds: of(ours, ({ readings }) => (readings.batchSeconds / readings.batches) * 1000),
      share: of(
        ours,
        ({ readings, measured }) => readings.batchSeconds / (measured.answers / measured.perSecond),
      ),
    },
  };
}
