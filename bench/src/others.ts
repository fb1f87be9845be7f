import { type BetterAuth, installBetterAuth, startBetterAuth } from './better-auth.ts';
import { bare, type Contestant, ours } from './contestants.ts';
import { figuresOf, inTurn, type Round, ratioOf } from './measure.ts';
import { type Product, startProduct } from './product.ts';
import { progress } from './progress.ts';
import type { OthersRow } from './rows.ts';
import type { Setting } from './setting.ts';
import { KINDS, type Kind } from './shots.ts';

const OTHERS_CONNECTIONS = 64;

export async function measureOthers(setting: Setting): Promise<void> {
  const { database, newDatabase, sizes } = setting;
  installBetterAuth();
  const { people } = sizes;
  const label = `${database}, registering people`;
  const url = await newDatabase('others');
  const product = await startProduct({ label, url, registered: people, checks: people });
  try {
    progress(`… ${database}: as many users of better-auth`);
    const betterAuth = await startBetterAuth(await newDatabase('better_auth'), people);
    try {
      for (const kind of KINDS) await compare(setting, kind, product, betterAuth);
    } finally {
      await betterAuth.stop();
    }
  } finally {
    await product.stop();
  }
}

async function compare(setting: Setting, kind: Kind, product: Product, { contestant }: BetterAuth) {
  const { database, sizes, report } = setting;
  const contestants: Contestant[] = [bare(setting.bare), ours(product)];
  if (kind === 'right' || kind === 'wrong') contestants.push(contestant);
  const shape = { kind, connections: OTHERS_CONNECTIONS };
  progress(`… ${database}: ${kind}, ${contestants.map(({ name }) => name).join(', ')}`);
  await inTurn(contestants, { ...shape, rounds: 1, milliseconds: sizes.warmUpMilliseconds });
  const all = await inTurn(contestants, { ...shape, rounds: sizes.rounds, milliseconds: sizes.milliseconds });
  contestants.forEach(({ name }, nth) => {
    report.others.push(rowOf({ database, kind, who: name }, all, nth));
  });
}

function rowOf(
  what: Pick<OthersRow, 'database' | 'kind' | 'who'>,
  all: readonly Round[][],
  nth: number,
): OthersRow {
  const [theirs = [], , betterAuths] = all;
  const rounds = all[nth] ?? [];
  return {
    ...what,
    figures: figuresOf(rounds),
    ofBare: ratioOf(rounds, theirs),
    timesBetterAuth: betterAuths && ratioOf(rounds, betterAuths),
  };
}
