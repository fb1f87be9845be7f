import { bare, ours } from './contestants.ts';
import { measureCosts } from './costs.ts';
import { median } from './figures.ts';
import { type DatabaseName, figuresOf, inTurn, type Round, ratioOf, type Shape } from './measure.ts';
import { startProduct } from './product.ts';
import { progress } from './progress.ts';
import type { CodesRow } from './rows.ts';
import type { Setting } from './setting.ts';
import { KINDS } from './shots.ts';

export async function measureCodes({ database, newDatabase, bare: ports, sizes, report }: Setting) {
  const label = `${database}, registering people`;
  const { people } = sizes;
  const url = await newDatabase('codes');
  const product = await startProduct({ label, url, registered: people, checks: people });
  try {
    report.costs ??= measureCosts(product.folder);
    const contestants = [bare(ports), ours(product)];
    for (const shape of shapes(2, sizes.warmUpMilliseconds, [64])) await inTurn(contestants, shape);
    for (const shape of shapes(sizes.rounds, sizes.milliseconds, sizes.connections)) {
      progress(`… ${database}: ${shape.kind}, ${shape.connections} connections`);
      const [theirs = [], mine = []] = await inTurn(contestants, shape);
      report.codes.push(rowOf(database, shape, theirs, mine));
    }
  } finally {
    await product.stop();
  }
}

const shapes = (rounds: number, milliseconds: number, connections: readonly number[]): Shape[] =>
  KINDS.flatMap((kind) => connections.map((each) => ({ kind, rounds, milliseconds, connections: each })));

function rowOf(
  database: DatabaseName,
  { kind, connections }: Shape,
  theirs: readonly Round[],
  mine: readonly Round[],
): CodesRow {
  return {
    ...{ database, kind, connections },
    ratio: ratioOf(mine, theirs),
    ours: figuresOf(mine),
    bare: figuresOf(theirs),
    batch: batchOf(mine),
  };
}

function batchOf(rounds: readonly Round[]): CodesRow['batch'] {
  const of = (figure: (round: Round) => number) => median(rounds.map(figure));
  return {
    size: of(({ readings }) => readings.batchedAnswers / readings.batches),
    milliseconds: of(({ readings }) => (readings.batchSeconds / readings.batches) * 1000),
    share: of(({ readings, measured }) => readings.batchSeconds / (measured.answers / measured.perSecond)),
  };
}
