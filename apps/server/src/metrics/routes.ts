import { createHash, timingSafeEqual } from 'node:crypto';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import type { Metrics } from './meter.ts';

export interface Operations {
  metrics: Metrics;
  /** `MOTP_METRICS_TOKEN`; without it whoever reaches the server reads the metrics. */
  metricsToken: string | undefined;
  /** Why the server is not ready, in words; undefined: it is. */
  whyNot(): Promise<string | undefined>;
}

/** Health (the process), readiness (database, keys, migrations) and metrics. */
export function operationRoutes(server: Server, { metrics, metricsToken, whyNot }: Operations): void {
  server.get('/healthz', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const reason = await whyNot().catch(() => 'the database cannot be reached');
    reply.code(reason === undefined ? 200 : 503).header('cache-control', 'no-store');
    return reply.send(reason === undefined ? { status: 'ready' } : { status: 'not-ready', reason });
  });
  const isAllowed = bearerOf(metricsToken);
  server.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!isAllowed(request.headers.authorization)) throw unauthorized();
    return reply
      .header('cache-control', 'no-store')
      .header('content-type', metrics.registry.contentType)
      .serializer((text: unknown) => String(text))
      .send(await metrics.text());
  });
}

/** Hashes are compared, so that neither length nor prefix of the token shows in the time. */
function bearerOf(token: string | undefined): (header: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const expected = hash(`Bearer ${token}`);
  return (header = '') => timingSafeEqual(hash(header), expected);
}

const unauthorized = () =>
  new ProblemResponse('unauthorized', '지표를 읽는 토큰이 없거나 올바르지 않습니다.');
