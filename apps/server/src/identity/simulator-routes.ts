import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Closed } from '@motp/protocol';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { noStore } from '../http/documented.ts';
import { PAGE_POLICY } from '../http/headers.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import type { Simulator } from './simulator.ts';
import { CARRIERS } from './simulator-rules.ts';

export interface SimulatorDependencies {
  simulator: Simulator;
  /** The built pages. */
  webRoot: string;
}

const params = Type.Object({ reference: Type.String({ maxLength: 64 }) });

/** Empty texts come through: the rules name the fields, and the window says what is missing. */
const name = Type.String({ maxLength: 100 });
const short = Type.String({ maxLength: 32 });
const MessageRequest = Closed({ carrier: Type.Enum([...CARRIERS]), name, birthDate: short, phone: short });
const CodeRequest = Closed({ code: short });
const IpinRequest = Closed({ id: name, password: name, name, birthDate: short });
const EndRequest = Closed({ outcome: Type.Enum(['cancelled', 'failed', 'hanging']) });

/** Demo mode only: the window of the provider that the demo brings along, and what it asks. */
export function simulatorRoutes(server: Server, { simulator, webRoot }: SimulatorDependencies): void {
  const page = readFileSync(join(webRoot, 'simulator', 'index.html'));
  server.get('/demo/identity/:reference', { schema: { hide: true, params } }, async (request, reply) =>
    noStore(reply)
      .code(simulator.view(request.params.reference) ? 200 : 404)
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(page),
  );
  server.get('/demo/identity/:reference/window', { schema: { hide: true, params } }, async (request, reply) =>
    answer(reply, simulator.view(request.params.reference)),
  );
  server.post(
    '/demo/identity/:reference/message',
    { schema: { hide: true, params, body: MessageRequest } },
    async (request, reply) => {
      const { carrier: _, ...typed } = request.body;
      return answer(reply, await simulator.sendCode(request.params.reference, typed));
    },
  );
  server.post(
    '/demo/identity/:reference/confirm',
    { schema: { hide: true, params, body: Type.Union([CodeRequest, IpinRequest]) } },
    async ({ params: { reference }, body }, reply) =>
      answer(
        reply,
        'code' in body ? simulator.confirmCode(reference, body.code) : simulator.confirmIpin(reference, body),
      ),
  );
  server.post(
    '/demo/identity/:reference/end',
    { schema: { hide: true, params, body: EndRequest } },
    async (request, reply) => answer(reply, simulator.end(request.params.reference, request.body.outcome)),
  );
}

function answer(reply: FastifyReply, found: object | undefined): FastifyReply {
  if (!found) throw new ProblemResponse('not-found', GONE);
  return noStore(reply).send(found);
}

const GONE = '없거나 이미 끝난 본인인증 창입니다. 인증 화면에서 다시 시작해 주세요.';
