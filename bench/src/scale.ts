import { type Contestant, ours } from './contestants.ts';
import { type DatabaseName, type Figures, figuresOf, inTurn, ratioOf } from './measure.ts';
import { type Product, startProduct } from './product.ts';
import { progress } from './progress.ts';
import type { ScaleSite } from './rows.ts';
import type { Setting } from './setting.ts';
import { answersOf, type Kind } from './shots.ts';

const SCALE_CONNECTIONS = 64;
const SCALED_KINDS: readonly Kind[] = ['wrong', 'right', 'attack'];
/** A right code is answered once a person, so a round of a thousand people is short: more of them. */
const ROUNDS_EACH: Partial<Record<Kind, number>> = { right: 3, wrong: 2, attack: 2 };
const FIRST_ANSWERS = 1_000;
const LEAD_IN = 0.2;
const ROUNDS_OF_A_TURN = 5;
const NO_LIMIT_MS = 60_000;

/** One server over each database; asked in turn, so that what the machine does meanwhile falls on all. */
export async function measureScale(setting: Setting): Promise<void> {
  const { database, newDatabase, sizes } = setting;
  const products: Product[] = [];
  try {
    for (const registered of sizes.registered) {
      const label = `${database}, ${registered.toLocaleString('en')} registered`;
      const url = await newDatabase(`scale_${registered}`);
      products.push(await startProduct({ label, url, registered, checks: sizes.checks }));
    }
    await compare(setting, products);
  } finally {
    for (const product of products) await product.stop();
  }
}

async function compare({ database, sizes, report }: Setting, products: readonly Product[]): Promise<void> {
  const contestants = products.map((product) => ours(product, product.registered.toLocaleString('en')));
  const first = await firstAnswers(contestants);
  await inTurn(contestants, shape('wrong', products, 2));
  for (const kind of SCALED_KINDS) {
    progress(`… ${database}: ${kind}, in turn over ${contestants.map(({ name }) => name).join(', ')}`);
    const repeats = sizes.rounds * (ROUNDS_EACH[kind] ?? 1);
    const all = await inTurn(contestants, shape(kind, products, repeats));
    products.forEach(({ registered }, nth) => {
      const rounds = all[nth] ?? [];
      const growth = ratioOf(all[0] ?? [], rounds);
      report.scale.push({ database, kind, registered, growth, figures: figuresOf(rounds) });
    });
  }
  for (const [nth, product] of products.entries()) {
    const rss = (await contestants[nth]?.read())?.rssBytes ?? Number.NaN;
    report.sites.push(siteOf(database, product, rss, first[nth]));
  }
}

/** Before anything is warm, the same for each: the server has just begun, the system may remember what was written. */
async function firstAnswers(contestants: readonly Contestant[]): Promise<Figures[]> {
  const wanted = { connections: SCALE_CONNECTIONS, rounds: 1, milliseconds: NO_LIMIT_MS };
  const all = await inTurn(contestants, { ...wanted, kind: 'wrong', atMost: FIRST_ANSWERS });
  return all.map(figuresOf);
}

/** As many answers as each can give before it must be put back; the smallest is put back several times in its turn. */
function shape(kind: Kind, products: readonly Product[], rounds: number) {
  const possible = products.map(({ people }) => answersOf(kind, people, Date.now()).length);
  const perTurn = Math.floor(Math.min(...possible) * (1 - LEAD_IN)) * ROUNDS_OF_A_TURN;
  const load = { connections: SCALE_CONNECTIONS, milliseconds: NO_LIMIT_MS };
  return { kind, rounds, perTurn, leadIn: LEAD_IN, ...load };
}

function siteOf(
  database: DatabaseName,
  { registered, fillSeconds, databaseBytes }: Product,
  rssBytes: number,
  first: Figures | undefined,
): ScaleSite {
  if (!first) throw new Error('each database was asked');
  const megabytes = { databaseMegabytes: databaseBytes / 1e6, rssMegabytes: rssBytes / 1e6 };
  return { database, registered, fillSeconds, ...megabytes, first };
}
