import type { CheckGate, GateDecision } from './check-gate.ts';

/** Everything but a pass. */
export type Refusal = Exclude<GateDecision, { kind: 'pass' }>;

/** What Express, Connect and `node:http` have in common. */
export interface ExpressResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** What Fastify's reply has, of every version. */
export interface FastifyReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body?: unknown): unknown;
}

/** Answers a refusal in the LMS's own words instead, for example with a page that shows the dialog. */
export type Otherwise<Request, Response> = (
  request: Request,
  response: Response,
  refusal: Refusal,
) => unknown;

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const statuses = { check: 403, blocked: 403, refused: 403, unavailable: 503 } as const;

/**
 * A gate as Express-style middleware: `app.get('/exam', expressGate(gate), handler)`. What does not pass is
 * answered: a browser that goes to a page is led to the check's full page (303; give `returnUrl` in `moreOf`),
 * everything else gets 403 with `{"code":"check-required","check":{…}}`, `blocked` or `refused`, and 503 when
 * the mOTP server does not answer.
 */
export function expressGate<Request extends WithHeaders, Response extends ExpressResponse>(
  gate: CheckGate<Request>,
  otherwise?: Otherwise<Request, Response>,
): (request: Request, response: Response, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const decision = await gate(request);
      if (decision.kind === 'pass') return next();
      if (otherwise !== undefined) return void (await otherwise(request, response, decision));
      const { status, headers, body } = answerTo(request, decision);
      response.statusCode = status;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.end(body);
    } catch (error) {
      next(error);
    }
  };
}

/** A gate as a Fastify hook: `app.get('/exam', { preHandler: fastifyGate(gate) }, handler)`. Answers alike. */
export function fastifyGate<Request extends WithHeaders, Reply extends FastifyReply>(
  gate: CheckGate<Request>,
  otherwise?: Otherwise<Request, Reply>,
): (request: Request, reply: Reply) => Promise<unknown> {
  return async (request, reply) => {
    const decision = await gate(request);
    if (decision.kind === 'pass') return undefined;
    if (otherwise === undefined) {
      const { status, headers, body } = answerTo(request, decision);
      reply.code(status);
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      reply.send(body);
    } else await otherwise(request, reply, decision);
    // Returned, it tells Fastify that the request has been answered.
    return reply;
  };
}

export interface WithHeaders {
  method?: string | undefined;
  headers: { accept?: string | undefined };
}

function answerTo({ method, headers }: WithHeaders, refusal: Refusal): Answer {
  const never = { 'cache-control': 'no-store' };
  const visits = method === 'GET' && (headers.accept ?? '').includes('text/html');
  if (visits && refusal.kind === 'check') {
    return { status: 303, headers: { ...never, location: refusal.check.url }, body: '' };
  }
  const type = 'application/json; charset=utf-8';
  return {
    status: statuses[refusal.kind],
    headers: { ...never, 'content-type': type },
    body: JSON.stringify(bodyOf(refusal)),
  };
}

function bodyOf(refusal: Refusal): object {
  switch (refusal.kind) {
    case 'check':
      return { code: 'check-required', check: refusal.check };
    case 'blocked':
      return { code: 'blocked', because: refusal.because, until: refusal.until };
    case 'refused':
    case 'unavailable':
      return { code: refusal.code };
  }
}
