import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../src/audit/event.ts';
import { record } from '../src/audit/record.ts';
import { Certifier } from '../src/identity/certifier.fixture.ts';
import type { Exposition } from '../src/metrics/exposition.fixture.ts';
import { scrape, traffic } from './support/metrics-traffic.ts';
import { dialects, exam, type System, startSystem, 홍길동 } from './support/system.ts';

const SECOND = 1_000;

/** What a counter has counted, by its labels' values; zeros left out. */
const counts = ({ samples }: Exposition, name: string): Record<string, number> =>
  Object.fromEntries(
    samples
      .filter((sample) => sample.name === name && sample.value > 0)
      .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );

for (const dialect of dialects) {
  describe(`metrics on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const started = async (limits = false) => {
      const certifier = new Certifier({}, 'portone');
      system = await startSystem(dialect, { limits, providers: { phone: certifier } });
      return certifier;
    };

    it('O-6 every answer, decision, proof, lock and identity check is counted once', async () => {
      const certifier = await started();
      await traffic(system, certifier);
      const read = await scrape(system);
      expect(counts(read, 'motp_answers_total')).toEqual({
        ...{ 'passed none': 1, 'refused code-used': 1, 'refused wrong-code': 5, 'refused locked': 1 },
        ...{ 'refused not-registered': 1, 'not-judged not-a-code': 1, 'not-judged check-over': 1 },
        ...{ 'not-judged check-unknown': 1 },
      });
      expect(counts(read, 'motp_check_requests_total')).toEqual({ opened: 3, 'open-already': 1 });
      expect(counts(read, 'motp_registrations_proved_total')).toEqual({ sms: 1 });
      expect(counts(read, 'motp_registrations_locked_total')).toEqual({ 'wrong-codes': 1 });
      expect(counts(read, 'motp_identity_results_total')).toEqual({
        ...{ 'portone identity-failed': 1, 'portone provider-unavailable': 1 },
      });
      // What is no code never reaches the queue.
      expect(read.value('motp_answer_batch_size_sum')).toBe(11);
      expect(read.value('motp_answer_batch_size_count')).toBe(11);
      expect(read.value('motp_answer_batch_seconds_count')).toBe(11);
      expect(read.value('motp_answers_waiting')).toBe(0);
      const answered = { method: 'POST', route: '/check/:token/code' };
      const requests = (status: string) =>
        read.value('motp_http_request_seconds_count', { ...answered, status });
      expect(['2xx', '4xx', '5xx'].map(requests)).toEqual([9, 3, undefined]);
      expect(read.value('motp_database_faults_total')).toBe(0);
      expect(read.value('motp_processes')).toBe(1);
      expect(read.value('motp_build_info', { version: '0.0.0' })).toBe(1);
      expect(read.value('motp_database_connections_max')).toBe(dialect === 'postgres' ? 10 : undefined);
    });

    it('O-6 every commit is timed, and what is undone counts nothing', async () => {
      await started();
      const read = async () => {
        const { value } = await scrape(system);
        return [
          value('motp_database_commit_seconds_count') ?? 0,
          value('motp_registrations_locked_total', { because: 'disputed' }),
        ];
      };
      const locked = { at: 0, kind: 'registration.locked', actor: 'learner', data: { because: 'disputed' } };
      const [before = 0] = await read();
      const { database } = system.metrics;
      await database.transaction((tx) => record(tx, locked as AuditEvent));
      expect(await read()).toEqual([before + 1, 1]);
      const undone = database.transaction(async (tx) => {
        await record(tx, locked as AuditEvent);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await read()).toEqual([before + 1, 1]);
    });

    it('O-6 a limit that the database keeps is counted by its kind', async () => {
      await started(true);
      const phone = await system.phone();
      const begun = await phone.begin({ name: 홍길동.name, phone: 홍길동.phone });
      expect(begun.status).toBe(202);
      expect((await phone.begin({ name: 홍길동.name, phone: 홍길동.phone })).status).toBe(429);
      expect(counts(await scrape(system), 'motp_limited_total')).toEqual({ message: 1 });
    });

    it('O-6 what waits in the database is shown, and a scrape outlives the database', async () => {
      await started();
      const phone = await system.phone();
      await phone.begin({ name: 홍길동.name, phone: 홍길동.phone });
      system.world.advance(7 * SECOND);
      const before = await scrape(system);
      expect(before.value('motp_messages_waiting')).toBe(1);
      expect(before.value('motp_messages_oldest_seconds')).toBe(7);
      expect(before.value('motp_webhook_events_waiting')).toBe(0);
      expect(before.value('motp_webhook_events_oldest_seconds')).toBe(0);
      expect(before.value('motp_database_up')).toBe(1);
      await system.database.close();
      system.world.advance(5 * SECOND);
      const after = await scrape(system);
      expect(after.value('motp_database_up')).toBe(0);
      expect(after.value('motp_messages_waiting')).toBeUndefined();
      expect(after.value('motp_messages_oldest_seconds')).toBeUndefined();
      expect(after.types.get('motp_messages_waiting')).toBe('gauge');
    });
  });
}

describe('O-6 who reads the metrics', () => {
  let system: System;
  afterEach(() => system?.close());

  const read = (authorization?: string) =>
    system.send({ method: 'GET', path: '/metrics', ...(authorization && { headers: { authorization } }) });

  it('O-6 with MOTP_METRICS_TOKEN whoever presents it, and nobody else', async () => {
    const metricsToken = 'a-token-of-24-characters';
    system = await startSystem('sqlite', { metricsToken });
    expect((await read(`Bearer ${metricsToken}`)).status).toBe(200);
    const others = [undefined, metricsToken, `Bearer ${metricsToken}x`, 'Bearer ', `Basic ${metricsToken}`];
    for (const other of others) {
      const refused = await read(other);
      expect([refused.status, refused.json.code]).toEqual([401, 'unauthorized']);
      expect(refused.headers['www-authenticate']).toBe('Bearer');
    }
    expect((await system.send({ method: 'GET', path: '/healthz' })).status).toBe(200);
  });

  it('O-6 no name, number, code, check or institution is in them', async () => {
    system = await startSystem('sqlite');
    const phone = await system.registered();
    const { id, token } = await system.openCheck();
    const code = phone.code();
    await system.answer(token, code);
    await system.send({ method: 'GET', path: `/check/${token}/state` });
    const { text } = await read();
    const digits = 홍길동.phone.replaceAll('-', '');
    for (const secret of [
      홍길동.name,
      홍길동.phone,
      digits,
      홍길동.id,
      id,
      token,
      exam.course.id,
      '"inst"',
      '한빛',
    ]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(new RegExp(`"${code}"`));
  });
});
