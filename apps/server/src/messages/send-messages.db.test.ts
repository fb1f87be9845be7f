import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { deliveryOf } from './delivery.ts';
import { queueMessage } from './queue-message.ts';
import { GatewayRefusedError, NumberRefusedError, type SmsSender, sendMessages } from './send-messages.ts';
import { webhookSender } from './webhook-sender.ts';

const SECOND = 1_000;
const learner = { name: 홍길동.name, phone: 홍길동.phone };

interface Gateway {
  url: string;
  received: { key: string | undefined; body: { id: string; to: string; text: string } }[];
  /** What it answers, in turn; 204 after the last. */
  answers: number[];
  server: Server;
}

async function startGateway(answers: number[]): Promise<Gateway> {
  const received: Gateway['received'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const key = request.headers['idempotency-key'];
    received.push({ key: String(key), body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(answers.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/send`, received, answers, server };
}

for (const dialect of dialects) {
  describe(`messages on ${dialect}`, () => {
    let system: System;
    let gateway: Gateway;
    afterEach(async () => {
      gateway?.server.close();
      await system?.close();
    });

    const failures: unknown[] = [];
    const sendBy = (sender: SmsSender) =>
      sendMessages({ ...system, sender, failed: (failure) => failures.push(failure) });
    const send = (url = gateway.url) => sendBy(webhookSender(url));
    const stored = () => system.database.sql.selectFrom('message').selectAll().executeTakeFirstOrThrow();

    it('R-2 a message goes to the gateway, again while it is refused, and its text is erased when taken', async () => {
      system = await startSystem(dialect);
      gateway = await startGateway([500, 429]);
      failures.length = 0;
      const phone = await system.phone();
      await phone.begin(learner);
      const { id } = await stored();
      expect(await send()).toBe(1);
      expect(failures).toEqual([{ id, attempts: 1, error: 'GatewayRefusedError', code: '500' }]);
      expect(await send()).toBe(0);
      system.world.advance(SECOND);
      expect(await send()).toBe(1);
      system.world.advance(2 * SECOND);
      expect(await send()).toBe(1);
      expect(gateway.received).toHaveLength(3);
      for (const { key, body } of gateway.received) {
        expect([key, body.id, body.to]).toEqual([id, id, '01012345678']);
        expect(body.text).toMatch(/^\[mOTP\] 인증번호 \d{6} /);
      }
      expect(await stored()).toMatchObject({
        status: 'sent',
        attempts: 3,
        to_sealed: null,
        text_sealed: null,
      });
      system.world.advance(60 * SECOND);
      expect(await send()).toBe(0);
    });

    it('P-2 a message that no gateway takes expires with its code, and its text is erased', async () => {
      system = await startSystem(dialect);
      gateway = await startGateway([]);
      gateway.server.close();
      const phone = await system.phone();
      await phone.begin(learner);
      expect(await send('http://127.0.0.1:1/send')).toBe(1);
      system.world.advance(300 * SECOND);
      expect(await send()).toBe(0);
      expect(await stored()).toMatchObject({ status: 'expired', to_sealed: null, text_sealed: null });
    });

    it('R-2 whether it is on its way: waiting, failing after the second refusal, sent', async () => {
      system = await startSystem(dialect);
      gateway = await startGateway([500, 500]);
      const { registration } = (await (await system.phone()).begin(learner)).json;
      const delivery = () => deliveryOf(system.database, registration);
      const seen = [await delivery()];
      for (const wait of [0, 1, 2]) {
        system.world.advance(wait * SECOND);
        expect(await send()).toBe(1);
        seen.push(await delivery());
      }
      expect(seen).toEqual(['waiting', 'waiting', 'failing', 'sent']);
      expect(await deliveryOf(system.database, 'reg_unknown')).toBe('none');
    });

    it('R-2 of several messages of a registration the newest is told, and an expired one failed', async () => {
      system = await startSystem(dialect);
      gateway = await startGateway([]);
      const phone = await system.phone();
      const { registration } = (await phone.begin(learner)).json;
      expect(await send()).toBe(1);
      system.world.advance(SECOND);
      await phone.request('POST', `/app-api/registrations/${registration}/resend`);
      expect(await deliveryOf(system.database, registration)).toBe('waiting');
      system.world.advance(300 * SECOND);
      expect(await send()).toBe(0);
      expect(await deliveryOf(system.database, registration)).toBe('failing');
    });

    it('R-2 a number that is refused for good is not tried again, its text is erased, and it is told at once', async () => {
      system = await startSystem(dialect);
      failures.length = 0;
      const { registration } = (await (await system.phone()).begin(learner)).json;
      const { id } = await stored();
      const refusing = (error: Error): SmsSender => ({ keepsText: true, send: () => Promise.reject(error) });
      expect(await sendBy(refusing(new GatewayRefusedError('1030')))).toBe(1);
      expect(await deliveryOf(system.database, registration)).toBe('waiting');
      system.world.advance(SECOND);
      expect(await sendBy(refusing(new NumberRefusedError('1060')))).toBe(1);
      expect(failures).toEqual([
        { id, attempts: 1, error: 'GatewayRefusedError', code: '1030' },
        { id, attempts: 2, error: 'NumberRefusedError', code: '1060' },
      ]);
      expect(await stored()).toMatchObject({
        status: 'expired',
        done_at: system.world.now(),
        to_sealed: null,
        text_sealed: null,
      });
      expect(await deliveryOf(system.database, registration)).toBe('failing');
      system.world.advance(60 * SECOND);
      expect(await sendBy(refusing(new Error('never asked')))).toBe(0);
    });

    it('R-2 two servers send a message once', async () => {
      system = await startSystem(dialect);
      gateway = await startGateway([]);
      const phone = await system.phone();
      await phone.begin(learner);
      const sent = await Promise.all(Array.from({ length: 8 }, () => send()));
      expect(sent.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(gateway.received).toHaveLength(1);
    });

    it('R-2 four servers share what waits and send each message once', async () => {
      system = await startSystem(dialect);
      gateway = await startGateway([]);
      const count = 50;
      const { database, keyring, world } = system;
      const to = '+821012345678' as PhoneNumber;
      const texts = Array.from({ length: count }, (_, nth) => `text ${nth}`).sort();
      await database.transaction(async (tx) => {
        for (const text of texts) {
          await queueMessage(tx, { keyring, world }, { to, text, expiresAt: world.now() + SECOND });
        }
      });
      const server = async () => {
        while ((await send()) > 0);
      };
      await Promise.all([server(), server(), server(), server()]);
      expect(gateway.received.map(({ body }) => body.text).sort()).toEqual(texts);
      const attempts = await database.sql.selectFrom('message').select('attempts').distinct().execute();
      expect(attempts).toEqual([{ attempts: 1 }]);
    });
  });
}
