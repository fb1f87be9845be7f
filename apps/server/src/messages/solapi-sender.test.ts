import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SolapiMessageService } from 'solapi';
import { afterEach, describe, expect, it } from 'vitest';
import type { PhoneNumber } from '../learners/rules.ts';
import { solapiSender } from './solapi-sender.ts';

const NOW = Date.UTC(2026, 10, 23, 3);
const MINUTE_MS = 60_000;
const credentials = { apiKey: 'NCSAYU7YDBXYORXC', apiSecret: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345' };
const message = { id: 'msg_1', to: '+821012345678' as PhoneNumber, text: '[mOTP] 인증번호 012345' };

interface Reply {
  status?: number;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  /** Never answers, or breaks the connection. */
  fault?: 'silent' | 'broken';
}

/** What SOLAPI's documents say of the service, with its own check of the signature. */
class StandIn {
  readonly requests: { path: string; body: { messages: Record<string, unknown>[] } }[] = [];
  reply: Reply = {};
  now = NOW;
  readonly #signatures = new Set<string>();
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(({ status = 200, body, text, fault }) => {
      if (fault === 'broken') request.socket.destroy();
      if (fault) return;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(text ?? JSON.stringify(body));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const refusal = this.#refusal(request.headers.authorization ?? '');
    if (refusal) return { status: 403, body: { errorCode: refusal, errorMessage: '…' } };
    this.requests.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
    return { body: taken, ...this.reply };
  }

  #refusal(authorization: string): string | undefined {
    const pattern = /^HMAC-SHA256 apiKey=(\w+), date=(\S+), salt=(\w{12,64}), signature=([0-9a-f]{64})$/;
    const [, apiKey, date = '', salt = '', signature = ''] = pattern.exec(authorization) ?? [];
    if (apiKey !== credentials.apiKey) return 'InvalidAPIKey';
    if (Math.abs(Date.parse(date) - this.now) > 15 * MINUTE_MS) return 'RequestTimeTooSkewed';
    const expected = createHmac('sha256', credentials.apiSecret)
      .update(date + salt)
      .digest('hex');
    if (signature !== expected) return 'SignatureDoesNotMatch';
    if (this.#signatures.has(signature)) return 'DuplicatedSignature';
    this.#signatures.add(signature);
    return undefined;
  }
}

const group = (registeredSuccess: number, registeredFailed: number) => ({
  count: {
    ...{ total: 1, sentTotal: 0, sentFailed: 0, sentSuccess: 0, sentPending: 0, sentReplacement: 0 },
    ...{ refund: 0, registeredFailed, registeredSuccess },
  },
  status: 'SENDING',
  groupId: 'G4V20210123194116AAUBRMKCVGFHS1H',
});
const taken = { failedMessageList: [], groupInfo: group(1, 0) };
const failed = (statusCode: string) => ({
  failedMessageList: [
    {
      ...{ to: '01012345678', from: '029302266', type: 'LMS', country: '82', accountId: '12925149' },
      ...{ messageId: 'M4V2020', statusCode, statusMessage: '01012345678 차단된 수신번호' },
    },
  ],
  groupInfo: group(0, 1),
});

describe('R-2 messages through SOLAPI', () => {
  let standIn: StandIn;
  afterEach(() => standIn?.stop());

  async function sender(settings: Partial<Parameters<typeof solapiSender>[0]> = {}, now = NOW) {
    standIn = new StandIn();
    await standIn.start();
    const world = { now: () => now, random: randomBytes };
    return solapiSender({ ...credentials, from: '029302266', url: standIn.url, ...settings }, world);
  }

  const outcome = (sending: Promise<void>) => sending.catch((error: Error & { code?: string }) => error);

  it('R-2 one message goes to one number; SOLAPI chooses between short and long', async () => {
    await (await sender()).send(message);
    expect(standIn.requests).toEqual([
      {
        path: '/messages/v4/send-many/detail',
        body: {
          messages: [
            {
              to: '01012345678',
              from: '029302266',
              text: message.text,
              autoTypeDetect: true,
              customFields: { id: 'msg_1' },
            },
          ],
        },
      },
    ]);
  });

  it('R-2 every request is signed anew', async () => {
    const way = await sender();
    await way.send(message);
    await way.send(message);
    expect(standIn.requests).toHaveLength(2);
  });

  it('R-2 SOLAPI’s own package sends the same to the same place, and the same check of its signature passes', async () => {
    const way = await sender();
    await way.send(message);
    standIn.now = Date.now();
    const service = new SolapiMessageService(credentials.apiKey, credentials.apiSecret);
    const theirs = { to: '01012345678', from: '029302266', text: message.text, autoTypeDetect: true };
    // The package knows one address and no setting for another.
    const { fetch } = globalThis;
    globalThis.fetch = async (input, init) => {
      const { origin, pathname } = new URL(String(input));
      expect(origin).toBe('https://api.solapi.com');
      return fetch(`${standIn.url}${pathname}`, init);
    };
    await service.send({ ...theirs, customFields: { id: message.id } }).finally(() => {
      globalThis.fetch = fetch;
    });
    const [ours, other] = standIn.requests;
    expect([other?.path, other?.body.messages]).toEqual([ours?.path, ours?.body.messages]);
  });

  it.each<[string, Reply, string, string]>([
    ['a blocked number', { body: failed('1060') }, 'NumberRefusedError', '1060'],
    ['a number that opted out', { body: failed('1061') }, 'NumberRefusedError', '1061'],
    ['an account without money', { body: failed('1030') }, 'GatewayRefusedError', '1030'],
    ['a sender that is not registered', { body: failed('1062') }, 'GatewayRefusedError', '1062'],
    [
      'a request that it does not take',
      { status: 400, body: { errorCode: 'ValidationError', errorMessage: '01012345678' } },
      'GatewayRefusedError',
      'ValidationError',
    ],
    ['too many requests', { status: 429, body: {} }, 'GatewayRefusedError', '429'],
    ['a fault without a body', { status: 500, text: '' }, 'GatewayRefusedError', '500'],
    ['a fault in a page', { status: 502, text: '<html>Bad Gateway</html>' }, 'GatewayRefusedError', '502'],
    ['what is not JSON', { text: '{"groupInfo":' }, 'GatewayRefusedError', 'malformed'],
    ['nothing', { text: '' }, 'GatewayRefusedError', 'malformed'],
    ['null', { text: 'null' }, 'GatewayRefusedError', 'malformed'],
    [
      'another shape',
      { body: { groupInfo: { count: [] }, failedMessageList: {} } },
      'GatewayRefusedError',
      'malformed',
    ],
    ['a code that is no code', { body: failed('<01012345678>') }, 'GatewayRefusedError', 'unknown'],
    [
      'two taken instead of one',
      { body: { ...taken, groupInfo: group(2, 0) } },
      'GatewayRefusedError',
      'malformed',
    ],
  ])('R-2 %s: not taken, and nothing personal in the error', async (_what, reply, name, code) => {
    const way = await sender();
    standIn.reply = reply;
    const error = await outcome(way.send(message));
    expect(error).toMatchObject({ name, code, message: `the gateway answered ${code}` });
    expect(standIn.requests).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof sender>, string]>([
    ['a key that is not known', [{ apiKey: 'ANOTHERKEY' }], 'InvalidAPIKey'],
    ['a secret that is wrong', [{ apiSecret: 'wrong' }], 'SignatureDoesNotMatch'],
    ['a clock that is off', [{}, NOW - 15 * MINUTE_MS - 1], 'RequestTimeTooSkewed'],
  ])('R-2 %s is named in the error', async (_what, settings, code) => {
    const way = await sender(...settings);
    expect(await outcome(way.send(message))).toMatchObject({ name: 'GatewayRefusedError', code });
  });

  it('R-2 a provider that does not answer is given up', async () => {
    const way = await sender({ timeoutMs: 50 });
    standIn.reply = { fault: 'silent' };
    expect(await outcome(way.send(message))).toMatchObject({ name: 'TimeoutError' });
  });

  it('R-2 a connection that breaks is one failed attempt, not several at once', async () => {
    const way = await sender();
    standIn.reply = { fault: 'broken' };
    expect(await outcome(way.send(message))).toMatchObject({ name: 'TypeError' });
    expect(standIn.requests).toHaveLength(1);
  });
});
