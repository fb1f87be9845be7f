import { WebhookEvent } from '@motp/protocol';
import { Webhook } from 'standardwebhooks';
import { Check } from 'typebox/value';
import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, LMS_ORIGIN, TestWorld, 홍길동 } from '../../test/support/system.ts';
import { endExpiredChecks } from '../checks/end-expired.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { deliveryStage } from './delivery-stage.fixture.ts';
import type { Post } from './post-event.ts';
import { queueEvents } from './queue-event.ts';
import { claimEvents } from './store.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const dialect of dialects) {
  describe(`webhooks on ${dialect}`, () => {
    const { stage, lms, here, server, deliver, exams, types, events, rows, pass } = deliveryStage(dialect);
    const { start, failures } = stage;
    afterEach(() => stage.close());

    it('tells of a passed check with a signature that Standard Webhooks verifies, and nothing personal', async () => {
      await start(new TestWorld(Date.now()));
      const phone = await stage.system.registered();
      const { id, token } = await stage.system.openCheck();
      const at = new Date(stage.system.world.now()).toISOString();
      await stage.system.answer(token, phone.code());
      expect(stage.woken).toBe(1);
      expect(stage.receiver.received).toEqual([]);
      await deliver();
      expect(stage.receiver.received).toHaveLength(1);
      const [{ headers, body, json } = expect.fail('nothing came')] = stage.receiver.received;
      expect(new Webhook(stage.secret).verify(body, headers as Record<string, string>)).toEqual({
        type: 'check.passed',
        timestamp: at,
        data: {
          check: id,
          learner: { id: 홍길동.id },
          course: exam.course,
          occasion: exam.occasion,
          method: 'motp',
          passedAt: at,
        },
      });
      expect(() => new Webhook(stage.secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
      expect(Check(WebhookEvent, json)).toBe(true);
      expect(await events()).toEqual({
        events: [
          {
            id: headers['webhook-id'],
            type: 'check.passed',
            createdAt: at,
            status: 'delivered',
            attempts: 1,
            lastStatus: 204,
            lastError: null,
            nextAt: null,
          },
        ],
        next: null,
      });
      await deliver();
      expect(stage.receiver.received).toHaveLength(1);
    });

    it('tells of a lock, of time that ran out and of a replaced phone, each once and to whom it concerns', async () => {
      await start();
      const phone = await stage.system.registered();
      const passed = await pass(phone);
      const other = await stage.system.openCheck(exams(2));
      for (let nth = 0; nth < 6; nth++)
        await stage.system.answer(other.token, phone.wrongCode(undefined, nth));
      await stage.system.openCheck({
        ...exams(2),
        locale: 'en',
        returnUrl: 'http://127.0.0.1:4001/elsewhere',
      });
      const third = await stage.system.openCheck(exams(3));
      stage.system.world.advance(10 * MINUTE);
      const again = await stage.system.openCheck(exams(3));
      await endExpiredChecks(stage.system);
      await endExpiredChecks(stage.system);
      await deliver();
      expect(types()).toEqual(['check.passed', 'check.locked', 'check.expired', 'check.expired']);
      const [, locked, first, second] = stage.receiver.received;
      expect(locked?.json.data).toEqual({
        check: other.id,
        learner: { id: 홍길동.id },
        course: exam.course,
        occasion: { kind: 'exam', number: 2 },
      });
      const over = [first?.json.data.check, second?.json.data.check];
      expect(over).toContain(third.id);
      expect(over).not.toContain(again.id);
      expect(over).not.toContain(other.id);
      const ended = await stage.system.database.sql
        .selectFrom('audit_event')
        .select(['actor', 'data_json'])
        .where('kind', '=', 'check.ended')
        .execute();
      expect(ended.map(({ actor, data_json: data }) => `${actor} ${data}`).sort()).toEqual([
        'institution {"because":"expired"}',
        'institution {"because":"opened-again"}',
        'system {"because":"expired"}',
      ]);
      stage.receiver.received.length = 0;
      const newPhone = await stage.system.registered();
      stage.system.world.advance(SECOND);
      expect((await phone.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
      expect((await phone.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
      expect((await phone.request('POST', '/app-api/device/dispute', { check: passed })).status).toBe(204);
      await deliver();
      expect(types().sort()).toEqual(['learner.disputed', 'learner.disputed', 'registration.replaced']);
      const data = stage.receiver.received
        .map(({ json }) => json.data)
        .sort((a, b) => (a.at < b.at ? -1 : 1));
      const learners = [{ id: 홍길동.id }];
      expect(data[0]).toEqual({ learners, at: expect.any(String) });
      expect(data.filter(({ check }) => check !== undefined)).toEqual([
        { learners, at: new Date(stage.system.world.now()).toISOString(), check: passed },
      ]);
      expect(newPhone.seed).toBeDefined();
      for (const { json, body } of stage.receiver.received) {
        expect(Check(WebhookEvent, json)).toBe(true);
        expect(body).not.toMatch(/홍길동|1234|5678|lrn_|dev_/);
      }
    });

    it('C-6 tells of a check that was passed by an identity check, and how', async () => {
      const certifier = new Certifier();
      await start(new TestWorld(), { phone: certifier });
      certifier.certifies({
        name: 홍길동.name,
        phone: '+821012345678' as PhoneNumber,
        birthDate: '1990-01-31',
      });
      const { id, token } = await stage.system.openCheck();
      const path = `/check/${token}/identity`;
      const { attempt, secret: of } = (
        await stage.system.send({ method: 'POST', path, body: { method: 'phone' } })
      ).json;
      const body = { secret: of, parameters: {} };
      await stage.system.send({ method: 'POST', path: `/identity/return/${attempt}`, body });
      expect(stage.woken).toBe(1);
      await deliver();
      expect(stage.receiver.received.map(({ json }) => json)).toMatchObject([
        { type: 'check.passed', data: { check: id, method: 'phone', learner: { id: 홍길동.id } } },
      ]);
      expect(stage.receiver.received[0]?.body).not.toMatch(/홍길동|1990|5678/);
    });

    it('writes nothing for an institution without a webhook, and nothing of what was rolled back', async () => {
      await start();
      expect((await lms('DELETE', '/v1/webhook')).status).toBe(204);
      const phone = await stage.system.registered();
      await pass(phone);
      await stage.system.openCheck(exams(2));
      stage.system.world.advance(10 * MINUTE);
      await endExpiredChecks(stage.system);
      await stage.system.registered();
      expect(await rows()).toEqual([]);
      await lms('PUT', '/v1/webhook', { url: stage.receiver.url });
      const { database, world } = stage.system;
      const eventsWaiting = () => stage.woken++;
      const at = new Date(world.now()).toISOString();
      const data = { learners: [{ id: '1' }], at };
      const event: WebhookEvent = { type: 'learner.disputed', timestamp: at, data };
      const undone = database.transaction(async (tx) => {
        await queueEvents(tx, { world, eventsWaiting }, [{ institution: 'inst', subject: 'lrn_1', event }]);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await rows()).toEqual([]);
      expect(stage.woken).toBe(0);
    });

    it('sends the events of one check in order: the next waits until the one before is through', async () => {
      await start();
      const phone = await stage.system.registered();
      const id = await pass(phone);
      await phone.request('POST', '/app-api/device/dispute', { check: id });
      stage.receiver.answers.push(500, 503);
      await deliver();
      expect(types()).toEqual(['check.passed']);
      expect(failures).toEqual([
        {
          event: stage.receiver.received[0]?.headers['webhook-id'],
          institution: 'inst',
          attempts: 1,
          status: 500,
          error: null,
        },
      ]);
      stage.system.world.advance(5 * SECOND - 1);
      await deliver();
      expect(stage.receiver.received).toHaveLength(1);
      stage.system.world.advance(1);
      await deliver();
      stage.system.world.advance(30 * SECOND);
      await deliver();
      expect(types()).toEqual(['check.passed', 'check.passed', 'check.passed', 'learner.disputed']);
      const ids = stage.receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids.slice(0, 3)).size).toBe(1);
      const stamps = stage.receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
      expect(stamps[2]).toBe(Math.floor(stage.system.world.now() / 1000));
      expect(stamps[2]).toBe((stamps[0] ?? 0) + 35);
      const shown = (await events()).events;
      expect(
        shown.map(({ status, attempts }: { status: string; attempts: number }) => [status, attempts]),
      ).toEqual([
        ['delivered', 1],
        ['delivered', 3],
      ]);
    });

    it('tries for a day, then it has failed, the next goes, and it can be had again', async () => {
      await start();
      const phone = await stage.system.registered();
      const id = await pass(phone);
      const bornAt = (await rows())[0]?.created_at ?? 0;
      await phone.request('POST', '/app-api/device/dispute', { check: id });
      let attempts = 0;
      const refusing: Post = async () => {
        attempts++;
        return { error: 'unreachable' };
      };
      for (let next: number | undefined = 0; next !== undefined; ) {
        await deliver(refusing);
        const [first] = await rows();
        next = first?.status === 'waiting' ? first.next_at : undefined;
        if (next !== undefined) stage.system.world.time = next;
      }
      expect(attempts).toBeGreaterThanOrEqual(29);
      expect(stage.system.world.now()).toBeLessThan(bornAt + DAY);
      const [second, first] = (await events()).events;
      expect(first).toMatchObject({
        type: 'check.passed',
        status: 'failed',
        attempts: 29,
        lastStatus: null,
        lastError: 'unreachable',
        nextAt: null,
      });
      expect(second).toMatchObject({ type: 'learner.disputed', attempts: 1 });
      expect((await events('?status=failed')).events.map((each: { id: string }) => each.id)).toContain(
        first.id,
      );
      stage.woken = 0;
      const replay = await lms('POST', `/v1/webhook/events/${first.id}/replay`);
      expect([replay.status, stage.woken]).toEqual([202, 1]);
      await deliver();
      expect(stage.receiver.received[0]?.headers['webhook-id']).toBe(first.id);
      expect(stage.receiver.received[0]?.json.data.check).toBe(id);
      expect((await lms('POST', `/v1/webhook/events/${first.id}/replay`)).status).toBe(202);
      await deliver();
      expect(
        stage.receiver.received.filter(({ headers }) => headers['webhook-id'] === first.id),
      ).toHaveLength(2);
    });

    it('four servers deliver each event once, and several of one institution at a time', async () => {
      await start();
      const phone = await stage.system.registered();
      for (let number = 1; number <= 24; number++) await pass(phone, number);
      const servers = [server(), server(), server(), server()];
      await Promise.all(servers.map((one) => one.run()));
      await Promise.all(servers.map((one) => one.idle()));
      const ids = stage.receiver.received.map(({ headers }) => headers['webhook-id']);
      expect([ids.length, new Set(ids).size]).toEqual([24, 24]);
    });

    it('what a server took and did not finish is taken up by another when its lease is over', async () => {
      await start();
      await pass(await stage.system.registered());
      const { database, world } = stage.system;
      const now = world.now();
      const taken = await database.transaction((tx) => claimEvents(tx, 'inst', now, now + 30 * SECOND));
      expect(taken).toHaveLength(1);
      await deliver();
      expect(stage.receiver.received).toHaveLength(0);
      world.advance(30 * SECOND);
      await deliver();
      expect((await events()).events).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    });

    it('one institution’s hanging server delays nobody else', async () => {
      await start();
      const { database, world } = stage.system;
      const added = await addInstitution(database, world, {
        id: 'other',
        name: '다른',
        origins: [LMS_ORIGIN],
      });
      if (added.kind !== 'added') return expect.fail(added.problems.join());
      const phone = await stage.system.registered();
      await pass(phone);
      const { apiKey } = stage.system.institution;
      stage.system.institution.apiKey = added.apiKey;
      await lms('PUT', '/v1/webhook', { url: `${stage.receiver.url}/other` });
      const queue = (number: number) =>
        database.transaction((tx) =>
          queueEvents(tx, { world }, [
            {
              institution: 'other',
              subject: `chk_${number}`,
              event: { type: 'learner.disputed', timestamp: '', data: { learners: [], at: '' } },
            },
          ]),
        );
      await queue(1);
      let release: (posted: { status: number }) => void = () => undefined;
      const hanging = new Promise<{ status: number }>((resolve) => {
        release = resolve;
      });
      const one = server((parcel) => (parcel.url.pathname === '/motp' ? hanging : here(parcel)));
      await one.run();
      await expect.poll(() => stage.receiver.received.length).toBe(1);
      await queue(2);
      await expect.poll(() => one.run().then(() => stage.receiver.received.length)).toBe(2);
      expect((await rows()).map(({ institution_id: id, status }) => [id, status])).toEqual([
        ['inst', 'waiting'],
        ['other', 'delivered'],
        ['other', 'delivered'],
      ]);
      release({ status: 200 });
      await one.stop();
      expect((await rows()).map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
      expect((await events()).events).toHaveLength(2);
      stage.system.institution.apiKey = apiKey;
      expect((await events()).events).toHaveLength(1);
    });
  });
}
