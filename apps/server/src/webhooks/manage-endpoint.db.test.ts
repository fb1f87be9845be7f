import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, TestWorld } from '../../test/support/system.ts';
import { dumpOf } from '../db/contents.fixture.ts';
import { openKeyring } from '../keys/keyring.ts';
import { rotateSealing } from '../keys/master-key.ts';
import { reseal } from '../keys/rotate.ts';
import { deliveryStage } from './delivery-stage.fixture.ts';
import { forgetEvents } from './view-events.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const dialect of dialects) {
  describe(`the webhook of an institution on ${dialect}`, () => {
    const { stage, lms, here, server, deliver, events, rows, pass } = deliveryStage(dialect);
    const { start } = stage;
    afterEach(() => stage.close());

    it('a new secret and the one before sign for a day, then the new one alone', async () => {
      await start(new TestWorld(Date.now()));
      const phone = await stage.system.registered();
      await pass(phone, 1);
      const rotated = await lms('POST', '/v1/webhook/secret');
      expect(rotated.status).toBe(200);
      await deliver();
      const [both] = stage.receiver.received;
      const headers = both?.headers as Record<string, string>;
      expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
      for (const one of [stage.secret, rotated.json.secret]) {
        expect(new Webhook(one).verify(both?.body ?? '', headers)).toMatchObject({ type: 'check.passed' });
      }
      expect((await lms('GET', '/v1/webhook')).json.formerSecretUntil).toBe(rotated.json.formerSecretUntil);
      await pass(phone, 2);
      stage.system.world.advance(DAY);
      await deliver();
      expect(stage.receiver.received[1]?.headers['webhook-signature']).toMatch(/^v1,\S{44}$/);
      expect((await lms('GET', '/v1/webhook')).json.formerSecretUntil).toBeUndefined();
    });

    it('P-2 neither secret nor address nor name nor number can be read in the database', async () => {
      await start();
      const phone = await stage.system.registered();
      await lms('PUT', '/v1/webhook', { url: `${stage.receiver.url}?key=anchovy` });
      await pass(phone);
      await lms('POST', '/v1/webhook/secret');
      const lines = (await dumpOf(stage.system.database)).filter((line) => line.startsWith('webhook_'));
      expect(lines).toHaveLength(2);
      for (const hidden of [
        stage.secret.slice('whsec_'.length),
        'anchovy',
        '홍길동',
        '12345678',
        '1234-5678',
      ]) {
        expect(lines.filter((line) => line.includes(hidden))).toEqual([]);
      }
      const rotated = rotateSealing(stage.system.master, randomBytes);
      await reseal(stage.system.database, openKeyring(rotated, randomBytes), () => undefined);
      const sealing = rotated.sealing.slice(0, 1);
      const one = server(here, openKeyring({ ...rotated, sealing }, randomBytes));
      await one.run();
      await one.idle();
      expect(stage.receiver.received[0]?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    });

    it('removing the webhook ends what waits; delivered events are kept 30 days, failed ones 90', async () => {
      await start();
      const phone = await stage.system.registered();
      await pass(phone, 1);
      await deliver();
      await pass(phone, 2);
      await lms('DELETE', '/v1/webhook');
      await deliver();
      expect(stage.receiver.received).toHaveLength(1);
      expect((await events()).events).toMatchObject([
        { status: 'failed', lastError: 'webhook-removed', nextAt: null },
        { status: 'delivered' },
      ]);
      const left = async () => {
        await forgetEvents(stage.system.database, stage.system.world.now());
        return (await rows()).map(({ status }) => status);
      };
      stage.system.world.advance(30 * DAY - MINUTE);
      expect(await left()).toEqual(['delivered', 'failed']);
      stage.system.world.advance(2 * MINUTE);
      expect(await left()).toEqual(['failed']);
      stage.system.world.advance(60 * DAY);
      expect(await left()).toEqual([]);
    });
  });
}
