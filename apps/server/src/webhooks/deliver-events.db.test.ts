import { randomBytes } from 'node:crypto';
import { WebhookEvent } from '@motp/protocol';
import { Webhook } from 'standardwebhooks';
import { Check } from 'typebox/value';
import { afterEach, describe, expect, it } from 'vitest';
import {
  dialects,
  exam,
  LMS_ORIGIN,
  type System,
  startSystem,
  TestWorld,
  홍길동,
} from '../../test/support/system.ts';
import { endExpiredChecks } from '../checks/end-expired.ts';
import { dumpOf } from '../db/contents.fixture.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import { addInstitution } from '../institutions/add-institution.ts';
import { openKeyring } from '../keys/keyring.ts';
import { rotateSealing } from '../keys/master-key.ts';
import { reseal } from '../keys/rotate.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { type DeliveryDependencies, deliveries, type FailedAttempt } from './deliver-events.ts';
import { type Post, poster } from './post-event.ts';
import { queueEvents } from './queue-event.ts';
import { type Receiver, startReceiver } from './receiver.fixture.ts';
import { claimEvents } from './store.ts';
import { forgetEvents } from './view-events.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

for (const dialect of dialects) {
  describe(`webhooks on ${dialect}`, () => {
    let system: System;
    let receiver: Receiver;
    let secret: string;
    let woken: number;
    const failures: FailedAttempt[] = [];
    afterEach(async () => {
      await receiver?.close();
      await system?.close();
    });

    const lms = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
      system.send({
        ...{ method, path, body },
        headers: { authorization: `Bearer ${system.institution.apiKey}` },
      });

    async function start(world = new TestWorld(), providers: IdentityProviders = {}): Promise<void> {
      woken = 0;
      failures.length = 0;
      system = await startSystem(dialect, { world, providers, eventsWaiting: () => woken++ });
      receiver = await startReceiver();
      const set = await lms('PUT', '/v1/webhook', { url: receiver.url });
      expect(set.status).toBe(201);
      secret = set.json.secret;
    }

    const here: Post = (parcel) =>
      poster({ resolve: async (host) => [host], policy: 'loopback', timeoutMs: 2_000 })(parcel);

    /** Another server over the same database. */
    function server(post: Post = here, keyring = system.keyring) {
      const { database, world } = system;
      const broken = (error: unknown) => expect.fail(String(error));
      const dependencies: DeliveryDependencies = {
        ...{ database, keyring, world, post, broken },
        failed: (attempt) => failures.push(attempt),
      };
      return deliveries(dependencies);
    }

    async function deliver(post: Post = here): Promise<void> {
      const one = server(post);
      await one.run();
      await one.idle();
    }

    const types = () => receiver.received.map(({ json }) => json.type);
    const events = async (query = '') => (await lms('GET', `/v1/webhook/events${query}`)).json;
    const rows = () => system.database.sql.selectFrom('webhook_event').selectAll().orderBy('seq').execute();
    const exams = (number: number) => ({ occasion: { kind: 'exam', number } });

    /** A check of 홍길동 that was passed. */
    async function pass(phone: Awaited<ReturnType<System['registered']>>, number = 1): Promise<string> {
      const { id, token } = await system.openCheck(exams(number));
      expect((await system.answer(token, phone.code())).json.outcome).toBe('passed');
      system.world.advance(MINUTE);
      return id;
    }

    it('tells of a passed check with a signature that Standard Webhooks verifies, and nothing personal', async () => {
      await start(new TestWorld(Date.now()));
      const phone = await system.registered();
      const { id, token } = await system.openCheck();
      const at = new Date(system.world.now()).toISOString();
      await system.answer(token, phone.code());
      expect(woken).toBe(1);
      expect(receiver.received).toEqual([]);
      await deliver();
      expect(receiver.received).toHaveLength(1);
      const [{ headers, body, json } = expect.fail('nothing came')] = receiver.received;
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
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
      expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
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
      expect(receiver.received).toHaveLength(1);
    });

    it('tells of a lock, of time that ran out and of a replaced phone, each once and to whom it concerns', async () => {
      await start();
      const phone = await system.registered();
      const passed = await pass(phone);
      const other = await system.openCheck(exams(2));
      for (let nth = 0; nth < 6; nth++) await system.answer(other.token, phone.wrongCode(undefined, nth));
      await system.openCheck({ ...exams(2), locale: 'en', returnUrl: 'http://127.0.0.1:4001/elsewhere' });
      const third = await system.openCheck(exams(3));
      system.world.advance(10 * MINUTE);
      const again = await system.openCheck(exams(3));
      await endExpiredChecks(system);
      await endExpiredChecks(system);
      await deliver();
      expect(types()).toEqual(['check.passed', 'check.locked', 'check.expired', 'check.expired']);
      const [, locked, first, second] = receiver.received;
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
      const ended = await system.database.sql
        .selectFrom('audit_event')
        .select(['actor', 'data_json'])
        .where('kind', '=', 'check.ended')
        .execute();
      expect(ended.map(({ actor, data_json: data }) => `${actor} ${data}`).sort()).toEqual([
        'institution {"because":"expired"}',
        'institution {"because":"opened-again"}',
        'system {"because":"expired"}',
      ]);
      receiver.received.length = 0;
      const newPhone = await system.registered();
      system.world.advance(SECOND);
      expect((await phone.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
      expect((await phone.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
      expect((await phone.request('POST', '/app-api/device/dispute', { check: passed })).status).toBe(204);
      await deliver();
      expect(types().sort()).toEqual(['learner.disputed', 'learner.disputed', 'registration.replaced']);
      const data = receiver.received.map(({ json }) => json.data).sort((a, b) => (a.at < b.at ? -1 : 1));
      const learners = [{ id: 홍길동.id }];
      expect(data[0]).toEqual({ learners, at: expect.any(String) });
      expect(data.filter(({ check }) => check !== undefined)).toEqual([
        { learners, at: new Date(system.world.now()).toISOString(), check: passed },
      ]);
      expect(newPhone.seed).toBeDefined();
      for (const { json, body } of receiver.received) {
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
      const { id, token } = await system.openCheck();
      const path = `/check/${token}/identity`;
      const { attempt, secret: of } = (await system.send({ method: 'POST', path, body: { method: 'phone' } }))
        .json;
      const body = { secret: of, parameters: {} };
      await system.send({ method: 'POST', path: `/identity/return/${attempt}`, body });
      expect(woken).toBe(1);
      await deliver();
      expect(receiver.received.map(({ json }) => json)).toMatchObject([
        { type: 'check.passed', data: { check: id, method: 'phone', learner: { id: 홍길동.id } } },
      ]);
      expect(receiver.received[0]?.body).not.toMatch(/홍길동|1990|5678/);
    });

    it('writes nothing for an institution without a webhook, and nothing of what was rolled back', async () => {
      await start();
      expect((await lms('DELETE', '/v1/webhook')).status).toBe(204);
      const phone = await system.registered();
      await pass(phone);
      await system.openCheck(exams(2));
      system.world.advance(10 * MINUTE);
      await endExpiredChecks(system);
      await system.registered();
      expect(await rows()).toEqual([]);
      await lms('PUT', '/v1/webhook', { url: receiver.url });
      const { database, world } = system;
      const eventsWaiting = () => woken++;
      const at = new Date(world.now()).toISOString();
      const data = { learners: [{ id: '1' }], at };
      const event: WebhookEvent = { type: 'learner.disputed', timestamp: at, data };
      const undone = database.transaction(async (tx) => {
        await queueEvents(tx, { world, eventsWaiting }, [{ institution: 'inst', subject: 'lrn_1', event }]);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await rows()).toEqual([]);
      expect(woken).toBe(0);
    });

    it('sends the events of one check in order: the next waits until the one before is through', async () => {
      await start();
      const phone = await system.registered();
      const id = await pass(phone);
      await phone.request('POST', '/app-api/device/dispute', { check: id });
      receiver.answers.push(500, 503);
      await deliver();
      expect(types()).toEqual(['check.passed']);
      expect(failures).toEqual([
        {
          event: receiver.received[0]?.headers['webhook-id'],
          institution: 'inst',
          attempts: 1,
          status: 500,
          error: null,
        },
      ]);
      system.world.advance(5 * SECOND - 1);
      await deliver();
      expect(receiver.received).toHaveLength(1);
      system.world.advance(1);
      await deliver();
      system.world.advance(30 * SECOND);
      await deliver();
      expect(types()).toEqual(['check.passed', 'check.passed', 'check.passed', 'learner.disputed']);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids.slice(0, 3)).size).toBe(1);
      const stamps = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
      expect(stamps[2]).toBe(Math.floor(system.world.now() / 1000));
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
      const phone = await system.registered();
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
        if (next !== undefined) system.world.time = next;
      }
      expect(attempts).toBeGreaterThanOrEqual(29);
      expect(system.world.now()).toBeLessThan(bornAt + DAY);
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
      woken = 0;
      const replay = await lms('POST', `/v1/webhook/events/${first.id}/replay`);
      expect([replay.status, woken]).toEqual([202, 1]);
      await deliver();
      expect(receiver.received[0]?.headers['webhook-id']).toBe(first.id);
      expect(receiver.received[0]?.json.data.check).toBe(id);
      expect((await lms('POST', `/v1/webhook/events/${first.id}/replay`)).status).toBe(202);
      await deliver();
      expect(receiver.received.filter(({ headers }) => headers['webhook-id'] === first.id)).toHaveLength(2);
    });

    it('two servers deliver each event once, and several of one institution at a time', async () => {
      await start();
      const phone = await system.registered();
      for (let number = 1; number <= 6; number++) await pass(phone, number);
      const pair = [server(), server()];
      await Promise.all(pair.map((one) => one.run()));
      await Promise.all(pair.map((one) => one.idle()));
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
    });

    it('what a server took and did not finish is taken up by another when its lease is over', async () => {
      await start();
      await pass(await system.registered());
      const { database, world } = system;
      const now = world.now();
      const taken = await database.transaction((tx) => claimEvents(tx, 'inst', now, now + 30 * SECOND));
      expect(taken).toHaveLength(1);
      await deliver();
      expect(receiver.received).toHaveLength(0);
      world.advance(30 * SECOND);
      await deliver();
      expect((await events()).events).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    });

    it('one institution’s hanging server delays nobody else', async () => {
      await start();
      const { database, world } = system;
      const added = await addInstitution(database, world, {
        id: 'other',
        name: '다른',
        origins: [LMS_ORIGIN],
      });
      if (added.kind !== 'added') return expect.fail(added.problems.join());
      const phone = await system.registered();
      await pass(phone);
      const { apiKey } = system.institution;
      system.institution.apiKey = added.apiKey;
      await lms('PUT', '/v1/webhook', { url: `${receiver.url}/other` });
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
      await expect.poll(() => receiver.received.length).toBe(1);
      await queue(2);
      await expect.poll(() => one.run().then(() => receiver.received.length)).toBe(2);
      expect((await rows()).map(({ institution_id: id, status }) => [id, status])).toEqual([
        ['inst', 'waiting'],
        ['other', 'delivered'],
        ['other', 'delivered'],
      ]);
      release({ status: 200 });
      await one.stop();
      expect((await rows()).map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
      expect((await events()).events).toHaveLength(2);
      system.institution.apiKey = apiKey;
      expect((await events()).events).toHaveLength(1);
    });

    it('a new secret and the one before sign for a day, then the new one alone', async () => {
      await start(new TestWorld(Date.now()));
      const phone = await system.registered();
      await pass(phone, 1);
      const rotated = await lms('POST', '/v1/webhook/secret');
      expect(rotated.status).toBe(200);
      await deliver();
      const [both] = receiver.received;
      const headers = both?.headers as Record<string, string>;
      expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
      for (const one of [secret, rotated.json.secret]) {
        expect(new Webhook(one).verify(both?.body ?? '', headers)).toMatchObject({ type: 'check.passed' });
      }
      expect((await lms('GET', '/v1/webhook')).json.formerSecretUntil).toBe(rotated.json.formerSecretUntil);
      await pass(phone, 2);
      system.world.advance(DAY);
      await deliver();
      expect(receiver.received[1]?.headers['webhook-signature']).toMatch(/^v1,\S{44}$/);
      expect((await lms('GET', '/v1/webhook')).json.formerSecretUntil).toBeUndefined();
    });

    it('P-2 neither secret nor address nor name nor number can be read in the database', async () => {
      await start();
      const phone = await system.registered();
      await lms('PUT', '/v1/webhook', { url: `${receiver.url}?key=anchovy` });
      await pass(phone);
      await lms('POST', '/v1/webhook/secret');
      const lines = (await dumpOf(system.database)).filter((line) => line.startsWith('webhook_'));
      expect(lines).toHaveLength(2);
      for (const hidden of [secret.slice('whsec_'.length), 'anchovy', '홍길동', '12345678', '1234-5678']) {
        expect(lines.filter((line) => line.includes(hidden))).toEqual([]);
      }
      const rotated = rotateSealing(system.master, randomBytes);
      await reseal(system.database, openKeyring(rotated, randomBytes), () => undefined);
      const sealing = rotated.sealing.slice(0, 1);
      const one = server(here, openKeyring({ ...rotated, sealing }, randomBytes));
      await one.run();
      await one.idle();
      expect(receiver.received[0]?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    });

    it('removing the webhook ends what waits; delivered events are kept 30 days, failed ones 90', async () => {
      await start();
      const phone = await system.registered();
      await pass(phone, 1);
      await deliver();
      await pass(phone, 2);
      await lms('DELETE', '/v1/webhook');
      await deliver();
      expect(receiver.received).toHaveLength(1);
      expect((await events()).events).toMatchObject([
        { status: 'failed', lastError: 'webhook-removed', nextAt: null },
        { status: 'delivered' },
      ]);
      const left = async () => {
        await forgetEvents(system.database, system.world.now());
        return (await rows()).map(({ status }) => status);
      };
      system.world.advance(30 * DAY - MINUTE);
      expect(await left()).toEqual(['delivered', 'failed']);
      system.world.advance(2 * MINUTE);
      expect(await left()).toEqual(['failed']);
      system.world.advance(60 * DAY);
      expect(await left()).toEqual([]);
    });
  });
}
