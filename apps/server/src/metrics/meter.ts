import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Database, Fact } from '../db/open.ts';
import type { World } from '../world.ts';
import { type Backlog, backlogReader } from './backlog.ts';
import { RouteTimes } from './route-times.ts';
import { METRICS, type MetricRow } from './table.ts';
import { watchDatabase } from './watch-database.ts';

export interface Metered {
  database: Database;
  world: World;
  version: string;
  /** A monotonic clock, ms with fractions. */
  clock(): number;
}

export type AnswerOutcome = 'passed' | 'refused' | 'not-judged';
export type CheckDecision = (typeof METRICS.checkRequests.labels.decision)[number];
export type LimitLabel = (typeof METRICS.limited.labels.limit)[number];

export interface Metrics {
  readonly registry: Registry;
  /** The database through which commits and facts are counted. */
  readonly database: Database;
  readonly requests: RouteTimes;
  /** The exposition of the whole server. */
  text(): Promise<string>;
  answered(outcome: AnswerOutcome, reason: string): void;
  /** `commitMilliseconds`: of these the commit alone. */
  batchSettled(batch: { size: number; milliseconds: number; commitMilliseconds?: number }): void;
  decided(decision: CheckDecision): void;
  limited(limit: LimitLabel): void;
  databaseFailed(): void;
  ran(work: string, isOk: boolean): void;
  /** Where the length of the queue is asked for at a scrape. */
  readQueue(length: () => number): void;
}

/** O-6: counts and times, no label that names a person, a number, a check or an institution. */
export function createMetrics({ database, world, version, clock }: Metered): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge(registry, METRICS.build).set({ version }, 1);
  gauge(registry, METRICS.processes).set(1);
  const requests = new RouteTimes();
  registry.registerMetric({
    ...{ name: METRICS.httpSeconds.name, help: METRICS.httpSeconds.help, get: async () => requests.values() },
  } as unknown as Metric);
  scrapeBacklog(registry, backlogReader(database, world));
  if (database.pool) scrapePool(registry, database.pool);
  else leavePoolEmpty(registry);
  const commits = histogram(registry, METRICS.commitSeconds);
  const watched = watchDatabase(database, {
    clock,
    committed: (milliseconds) => commits.observe(milliseconds / 1000),
    noted: notedIn(registry),
  });
  return {
    ...{ registry, requests, database: watched, text: () => registry.metrics() },
    ...counting(registry, world),
  };
}

type Counting = Omit<Metrics, 'registry' | 'requests' | 'database' | 'text'>;

function counting(registry: Registry, world: World): Counting {
  const answers = counter(registry, METRICS.answers);
  const decisions = counter(registry, METRICS.checkRequests);
  const limited = counter(registry, METRICS.limited);
  const faults = counter(registry, METRICS.databaseFaults);
  const runs = counter(registry, METRICS.backgroundRuns);
  const successes = gauge(registry, METRICS.backgroundSuccess);
  const size = histogram(registry, METRICS.batchSize);
  const seconds = histogram(registry, METRICS.batchSeconds);
  const commitSeconds = histogram(registry, METRICS.answerCommitSeconds);
  answers.inc({ outcome: 'passed', reason: 'none' }, 0);
  return {
    answered: (outcome, reason) => answers.inc({ outcome, reason }),
    batchSettled(batch) {
      size.observe(batch.size);
      seconds.observe(batch.milliseconds / 1000);
      if (batch.commitMilliseconds !== undefined) commitSeconds.observe(batch.commitMilliseconds / 1000);
    },
    decided: (decision) => decisions.inc({ decision }),
    limited: (limit) => limited.inc({ limit }),
    databaseFailed: () => faults.inc(),
    ran(work, isOk) {
      runs.inc({ work, result: 'failed' }, isOk ? 0 : 1);
      runs.inc({ work, result: 'ok' }, isOk ? 1 : 0);
      if (isOk) successes.set({ work }, world.now() / 1000);
    },
    readQueue(length) {
      gauge(registry, METRICS.answersWaiting, (waiting) => waiting.set(length()));
    },
  };
}

/** The facts of the trail that are counted. Their data are codes and names of providers, never free text. */
function notedIn(registry: Registry): (facts: readonly Fact[]) => void {
  const proved = counter(registry, METRICS.proved);
  const locked = counter(registry, METRICS.locked);
  const identity = counter(registry, METRICS.identityResults);
  const result = ({ data }: Fact, outcome: unknown) =>
    identity.inc({ provider: String(data?.provider), outcome: String(outcome) });
  const counts: Record<string, (fact: Fact) => void> = {
    'registration.proved': ({ data }) => proved.inc({ proof: String(data?.proof) }),
    'registration.locked': ({ data }) => locked.inc({ because: String(data?.because) }),
    'identity.passed': (fact) => result(fact, 'passed'),
    'identity.refused': (fact) => result(fact, fact.data?.reason),
    'provider.failed': (fact) => result(fact, 'provider-unavailable'),
  };
  return (facts) => {
    for (const fact of facts) counts[fact.kind]?.(fact);
  };
}

function scrapeBacklog(registry: Registry, read: () => Promise<Backlog | undefined>): void {
  const shows = (row: MetricRow, value: (backlog: Backlog) => number) =>
    gauge(registry, row, async (each) => {
      const backlog = await read();
      if (backlog) each.set(value(backlog));
      else each.remove();
    });
  shows(METRICS.messagesWaiting, ({ messages }) => messages.count);
  shows(METRICS.messagesAge, ({ messages }) => messages.oldestSeconds);
  shows(METRICS.eventsWaiting, ({ events }) => events.count);
  shows(METRICS.eventsAge, ({ events }) => events.oldestSeconds);
  gauge(registry, METRICS.databaseUp, async (up) => up.set((await read()) ? 1 : 0));
}

function scrapePool(registry: Registry, pool: NonNullable<Database['pool']>): void {
  gauge(registry, METRICS.connections, (connections) => {
    const { used, idle } = pool();
    connections.set({ state: 'used' }, used);
    connections.set({ state: 'idle' }, idle);
  });
  gauge(registry, METRICS.connectionsMost, (most) => most.set(pool().most));
  gauge(registry, METRICS.connectionWaiters, (waiters) => waiters.set(pool().waiting));
}

/** Without PostgreSQL the names are there, and no zero that would look like a pool without connections. */
function leavePoolEmpty(registry: Registry): void {
  gauge(registry, METRICS.connections);
  for (const row of [METRICS.connectionsMost, METRICS.connectionWaiters]) gauge(registry, row).remove();
}

const common = (registry: Registry, { name, help, labels = {}, across }: MetricRow) => ({
  ...{ name, help, labelNames: Object.keys(labels), registers: [registry], aggregator: across },
});

/** Series whose label values are known begin at zero, so that the first event is an increase. */
function counter(registry: Registry, row: MetricRow): Counter {
  const made = new Counter(common(registry, row));
  const [label, ...others] = Object.entries(row.labels ?? {});
  if (label && others.length === 0) for (const value of label[1]) made.inc({ [label[0]]: value }, 0);
  return made;
}

const histogram = (registry: Registry, row: MetricRow & { buckets: readonly number[] }): Histogram =>
  new Histogram({ ...common(registry, row), buckets: [...row.buckets] });

function gauge(registry: Registry, row: MetricRow, collect?: (gauge: Gauge) => void | Promise<void>): Gauge {
  const made: Gauge = new Gauge({
    ...common(registry, row),
    ...(collect === undefined ? {} : { collect: () => collect(made) }),
  });
  return made;
}
