import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Server } from './server.ts';

export interface Metrics {
  readonly registry: Registry;
  answered(outcome: string): void;
  batchSettled(batch: { size: number; milliseconds: number }): void;
  limited(limit: string): void;
}

/** O-6: counts and times, no label that names a person, a number or a check. */
export function createMetrics(queueLength: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: 'motp_answers_total',
    help: 'Answers to checks by outcome',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const limited = new Counter({
    name: 'motp_limited_total',
    help: 'Requests refused by a limit: check, address or institution',
    labelNames: ['limit'],
    registers: [registry],
  });
  const size = new Histogram({
    name: 'motp_answer_batch_size',
    help: 'Answers settled by one commit',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'motp_answer_batch_seconds',
    help: 'Time from gathering to commit',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  new Gauge({
    name: 'motp_answers_waiting',
    help: 'Answers in the queue',
    registers: [registry],
    collect() {
      this.set(queueLength());
    },
  });
  return {
    registry,
    answered: (outcome) => answers.inc({ outcome }),
    limited: (limit) => limited.inc({ limit }),
    batchSettled: (batch) => {
      size.observe(batch.size);
      seconds.observe(batch.milliseconds / 1000);
    },
  };
}

/** Health (the process), readiness (database, keys, migrations) and metrics. @param whyNot in words; undefined: ready */
export function operationRoutes(
  server: Server,
  metrics: Metrics,
  whyNot: () => Promise<string | undefined>,
): void {
  server.get('/healthz', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const reason = await whyNot().catch(() => 'the database cannot be reached');
    reply.code(reason === undefined ? 200 : 503).header('cache-control', 'no-store');
    return reply.send(reason === undefined ? { status: 'ready' } : { status: 'not-ready', reason });
  });
  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .header('content-type', metrics.registry.contentType)
      .serializer((text: unknown) => String(text))
      .send(await metrics.registry.metrics()),
  );
}
