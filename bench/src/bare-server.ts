import { generateKeyPairSync } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import { AnswerRequest, PassedAnswer, type ReceiptClaims, RefusedAnswer } from '@motp/protocol';
import { pino } from 'pino';
import { Type } from 'typebox';
import { documented, noStore } from '../../apps/server/src/http/documented.ts';
import { securityHeaders } from '../../apps/server/src/http/headers.ts';
import { createServer, type Server } from '../../apps/server/src/http/server.ts';
import { signReceipt } from '../../apps/server/src/receipts/sign-receipt.ts';
import { realWorld } from '../../apps/server/src/world.ts';
import { PROCESS_PATH } from './figures.ts';

export const BARE_PATHS = { wrong: '/bare', right: '/bare-signing' } as const;

export interface BarePorts {
  http: number;
  /** Plain sockets that answer every request with the same bytes: what the load generator can do at most. */
  ceiling: number;
}

/** The measure of all: the product's Fastify with its hooks and headers, the same schema, and a handler that does nothing. */
export async function serveBare(): Promise<BarePorts> {
  const server = createServer({
    world: realWorld,
    logger: pino({ level: 'warn' }),
    trustedProxies: ['127.0.0.1'],
  });
  server.addHook('onRequest', (_request, reply, done) => {
    securityHeaders(reply, false);
    done();
  });
  bareRoutes(server);
  process.once('disconnect', () => process.exit());
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { http: portOf(server.server.address()), ceiling: await serveCeiling() };
}

function bareRoutes(server: Server): void {
  const schema = documented('Nothing', [], {
    params: Type.Object({ token: Type.String() }),
    body: AnswerRequest,
    response: { 200: Type.Union([PassedAnswer, RefusedAnswer]) },
    problems: [],
  });
  const signed = sampleReceipt();
  server.post(`${BARE_PATHS.wrong}/:token/code`, { schema }, async (_request, reply) =>
    noStore(reply).send({ outcome: 'refused', reason: 'wrong-code', triesLeft: 4 }),
  );
  server.post(`${BARE_PATHS.right}/:token/code`, { schema }, async (_request, reply) =>
    noStore(reply).send({ outcome: 'passed', receipt: signed() }),
  );
  server.get(PROCESS_PATH, async (_request, reply) =>
    reply.send({ ...process.cpuUsage(), rss: process.memoryUsage.rss() }),
  );
}

/** Makes and signs a receipt as large as a real one, by the product's function. */
export function sampleReceipt(): () => string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return () => signReceipt({ kid: 'A'.repeat(43), privateKey }, claims());
}

const claims = (): ReceiptClaims => ({
  iss: 'http://localhost:4000',
  aud: 'bench',
  sub: 'learner-000001',
  jti: `chk_${'0'.repeat(32)}`,
  iat: Math.floor(realWorld.now() / 1000),
  course: { id: 'safety-101', title: '산업안전보건', round: '3' },
  occasion: { kind: 'exam', number: 1 },
  reasons: ['exam'],
  method: 'motp',
  amr: ['otp', 'pin', 'mfa'],
  device: 'A'.repeat(43),
  registration: { at: '2026-01-01T00:00:00.000Z', proof: 'sms' },
});

async function serveCeiling(): Promise<number> {
  const body = '{"outcome":"refused","reason":"wrong-code","triesLeft":4}';
  const reply = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const server = createTcpServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(reply, 'latin1'));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server.address());
}

function portOf(address: ReturnType<Server['server']['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('no TCP port was given');
  return address.port;
}
