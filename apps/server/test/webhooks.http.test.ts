import { afterEach, describe, expect, it } from 'vitest';
import { endExpiredChecks } from '../src/checks/end-expired.ts';
import { addInstitution } from '../src/institutions/add-institution.ts';
import { dialects, LMS_ORIGIN, type System, startSystem } from './support/system.ts';

const URL_HERE = 'http://127.0.0.1:4999/motp';

for (const dialect of dialects) {
  describe(`the webhook API on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key?: string) =>
      system.send({
        ...{ method, path: `/v1/webhook${path}`, body },
        headers: { authorization: `Bearer ${key ?? system.institution.apiKey}` },
      });

    it('is set, moved, read and removed; the secret is shown once', async () => {
      system = await startSystem(dialect);
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/secret'],
        ['POST', '/events/evt_1/replay'],
      ] as const) {
        const reply = await call(method, path);
        expect([reply.status, reply.json.code]).toEqual([404, 'webhook-unknown']);
      }
      const made = await call('PUT', '', { url: URL_HERE });
      expect(made.status).toBe(201);
      expect(made.json).toEqual({
        url: URL_HERE,
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      });
      expect(made.headers['cache-control']).toBe('no-store');
      const createdAt = new Date(system.world.now()).toISOString();
      const moved = await call('PUT', '', { url: `${URL_HERE}/2` });
      expect([moved.status, moved.json]).toEqual([200, { url: `${URL_HERE}/2` }]);
      expect((await call('GET', '')).json).toEqual({ url: `${URL_HERE}/2`, createdAt });
      const rotated = await call('POST', '/secret');
      expect(rotated.json.secret).not.toBe(made.json.secret);
      expect(Date.parse(rotated.json.formerSecretUntil) - system.world.now()).toBe(24 * 3_600_000);
      const unknown = await call('POST', '/events/evt_1/replay');
      expect([unknown.status, unknown.json.code]).toEqual([404, 'event-unknown']);
      expect((await call('DELETE', '')).status).toBe(204);
      expect((await call('GET', '')).status).toBe(404);
      const trail = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'actor', 'institution_id as institution'])
        .where('kind', 'like', 'webhook.%')
        .orderBy('id')
        .execute();
      expect(trail.map(({ kind }) => kind)).toEqual([
        'webhook.set',
        'webhook.set',
        'webhook.secret-changed',
        'webhook.removed',
      ]);
      expect(trail[0]).toMatchObject({ actor: 'institution', institution: 'inst' });
    });

    it('goes to public addresses only, and to this machine in a demo', async () => {
      const resolve = async (host: string) => {
        if (host === 'unknown.example') throw new Error('ENOTFOUND');
        if (host === 'mixed.example') return ['1.1.1.1', '10.0.0.1'];
        return [host === 'lms.example' ? '1.1.1.1' : host];
      };
      system = await startSystem(dialect, { webhooks: { policy: 'public', resolve } });
      for (const url of [
        'http://127.0.0.1:4999/motp',
        'https://127.0.0.1/',
        'https://[::1]/',
        'https://[::ffff:10.0.0.1]/',
        'https://169.254.169.254/latest/meta-data',
        'https://10.0.0.1/',
        'https://0x0a000001/',
        'http://lms.example/',
        'https://mixed.example/',
        'https://unknown.example/',
        'https://user:word@lms.example/',
        'ftp://lms.example/',
      ]) {
        const refused = await call('PUT', '', { url });
        expect([url, refused.status, refused.json.code]).toEqual([url, 422, 'webhook-address']);
        expect(refused.text).not.toContain(new URL(url).hostname);
      }
      expect((await call('PUT', '', { url: 'https://lms.example/motp' })).status).toBe(201);
    });

    it('P-3 refuses what is not documented, and who has no key', async () => {
      system = await startSystem(dialect);
      const bodies = [{}, { url: 1 }, { url: 'no address' }, { url: URL_HERE, secret: 'x' }];
      for (const body of bodies) expect((await call('PUT', '', body)).status).toBe(400);
      for (const query of [
        '?status=lost',
        '?cursor=-1',
        '?cursor=a',
        '?cursor=9999999999999999',
        '?page=2',
      ]) {
        expect((await call('GET', `/events${query}`)).status).toBe(400);
      }
      for (const [method, path] of [
        ['GET', ''],
        ['PUT', ''],
        ['DELETE', ''],
        ['POST', '/secret'],
        ['GET', '/events'],
        ['POST', '/events/evt_1/replay'],
      ] as const) {
        expect((await call(method, path, undefined, 'motp_wrong')).status).toBe(401);
      }
    });

    it('shows an institution its own events, page by page, and replays no other’s', async () => {
      system = await startSystem(dialect);
      await call('PUT', '', { url: URL_HERE });
      const phone = await system.registered();
      for (let number = 1; number <= 60; number++) {
        await system.openCheck({ occasion: { kind: 'assignment', number } });
      }
      const { token } = await system.openCheck();
      await system.answer(token, phone.code());
      system.world.advance(600_000);
      await endExpiredChecks(system);
      const first = (await call('GET', '/events')).json;
      expect(first.events).toHaveLength(50);
      expect(first.next).toMatch(/^\d+$/);
      const second = (await call('GET', `/events?cursor=${first.next}&status=waiting`)).json;
      expect([second.events.length, second.next]).toEqual([11, null]);
      const all = [...first.events, ...second.events];
      expect(new Set(all.map(({ id }) => id)).size).toBe(61);
      expect(all.at(-1)).toMatchObject({ type: 'check.passed', status: 'waiting', attempts: 0 });
      expect((await call('GET', '/events?status=failed')).json).toEqual({ events: [], next: null });
      const added = await addInstitution(system.database, system.world, {
        ...{ id: 'other', name: '다른', origins: [LMS_ORIGIN] },
      });
      if (added.kind !== 'added') return expect.fail(added.problems.join());
      expect((await call('GET', '/events', undefined, added.apiKey)).json.events).toEqual([]);
      await call('PUT', '', { url: URL_HERE }, added.apiKey);
      const theirs = await call('POST', `/events/${all[0].id}/replay`, undefined, added.apiKey);
      expect(theirs.status).toBe(404);
    });
  });
}
