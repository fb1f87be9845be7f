import type { Contestant } from './contestants.ts';
import { busySeconds, difference, median, type Readings } from './figures.ts';
import { fire, type Measured } from './load.ts';
import type { Kind } from './shots.ts';

export type DatabaseName = 'SQLite' | 'PostgreSQL';

export interface Plan {
  rounds: number;
  milliseconds: number;
}

/** What a round is: everything that can be answered before the database must be put back, or `atMost` of it. */
export interface Shape extends Plan {
  kind: Kind;
  connections: number;
  atMost?: number;
  /** This share of it is answered before the measuring begins: putting back has emptied the server's cache. */
  leadIn?: number;
  /** A turn has as many rounds as it takes to answer so often; the fastest counts. */
  perTurn?: number;
}

export interface Round {
  measured: Measured;
  /** Of the server, over the round. */
  readings: Readings;
  /** Processor time through the time of the round: 1 is one core. `rest` is the database server and strangers. */
  cores: { server: number; generator: number; rest: number };
}

/** Medians over the rounds. Times are milliseconds. */
export interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
  cpuMicroseconds: number;
  rssMegabytes: number;
  cores: { server: number; generator: number; rest: number };
  /** Of all answers of all rounds, the share of each outcome. */
  outcomes: Record<string, number>;
}

/**
 * One after another in each round: what the machine does meanwhile falls on all. Who began the last round ends this
 * one, because who comes second finds the machine warmer.
 * @returns the rounds of each, in the order given
 */
export async function inTurn(contestants: readonly Contestant[], shape: Shape): Promise<Round[][]> {
  const all = contestants.map((): Round[] => []);
  for (let round = 0; round < shape.rounds; round++) {
    for (let place = 0; place < contestants.length; place++) {
      const nth = (round + place) % contestants.length;
      const contestant = contestants[nth];
      if (contestant) all[nth]?.push(await oneTurn(contestant, shape));
    }
  }
  return all;
}

/** Who can answer little at once would be measured cold: it waited while the others had their long rounds. */
async function oneTurn(contestant: Contestant, shape: Shape): Promise<Round> {
  const rounds = [await oneRound(contestant, shape)];
  const answered = () => rounds.reduce((sum, { measured }) => sum + measured.answers, 0);
  while (answered() < (shape.perTurn ?? 0)) rounds.push(await oneRound(contestant, shape));
  return rounds.reduce((best, each) => (each.measured.perSecond > best.measured.perSecond ? each : best));
}

async function oneRound(contestant: Contestant, shape: Shape): Promise<Round> {
  const { kind, connections, milliseconds, atMost, leadIn = 0 } = shape;
  const shots = await contestant.prepare(kind);
  const aim = { port: contestant.port, isEndless: contestant.isEndless, connections, milliseconds };
  const unmeasured = Math.floor(shots.length * leadIn);
  if (unmeasured > 0) await fire({ ...aim, shots: shots.slice(0, unmeasured) });
  const before = await contestant.read();
  const machine = busySeconds();
  const generator = process.cpuUsage();
  const measured = await fire({ ...aim, shots: shots.slice(unmeasured, atMost) });
  const { user, system } = process.cpuUsage(generator);
  const busy = busySeconds() - machine;
  const readings = difference(await contestant.read(), before);
  refuseOthers(measured, contestant.expected(kind), contestant.name);
  const seconds = measured.answers / measured.perSecond;
  const generating = (user + system) / 1e6;
  const rest = Math.max(0, busy - generating - readings.cpuSeconds);
  const cores = {
    server: readings.cpuSeconds / seconds,
    generator: generating / seconds,
    rest: rest / seconds,
  };
  return { measured, readings, cores };
}

/** A row that measured something else than it says is no row. */
export function refuseOthers(measured: Measured, expected: readonly string[], of: string): void {
  for (const [outcome, count] of measured.outcomes) {
    if (!expected.includes(outcome)) {
      throw new Error(`${of}: ${count} of ${measured.answers} were answered ${outcome}`);
    }
  }
}

export function figuresOf(rounds: readonly Round[]): Figures {
  const of = (figure: (round: Round) => number) => median(rounds.map(figure));
  return {
    perSecond: of(({ measured }) => measured.perSecond),
    p50: of(({ measured }) => measured.p50),
    p99: of(({ measured }) => measured.p99),
    cpuMicroseconds: of(({ measured, readings }) => (readings.cpuSeconds / measured.answers) * 1e6),
    rssMegabytes: Math.max(...rounds.map(({ readings }) => readings.rssBytes)) / 1e6,
    cores: {
      server: of(({ cores }) => cores.server),
      generator: of(({ cores }) => cores.generator),
      rest: of(({ cores }) => cores.rest),
    },
    outcomes: shares(rounds),
  };
}

function shares(rounds: readonly Round[]): Record<string, number> {
  const total = rounds.reduce((sum, { measured }) => sum + measured.answers, 0);
  const counts: Record<string, number> = {};
  for (const [outcome, count] of rounds.flatMap(({ measured }) => [...measured.outcomes])) {
    counts[outcome] = (counts[outcome] ?? 0) + count / total;
  }
  return counts;
}

/** How much faster the first are than the second: the median of the rounds' ratios. */
export const ratioOf = (first: readonly Round[], second: readonly Round[]): number =>
  median(first.map((round, nth) => round.measured.perSecond / (second[nth]?.measured.perSecond ?? 0)));
