import { expect } from 'vitest';
import { type System, startSystem, TestWorld } from '../../test/support/system.ts';
import type { Dialect } from '../db/dialect.ts';
import { type Ask, asker } from '../webhooks/post-event.ts';
import { newId } from '../world.ts';
import { configureReports, type NewTarget } from './manage-target.ts';
import { type Monitor, startMonitor } from './monitor.fixture.ts';
import { previewReports, sendReports } from './push-command.ts';
import { hourlyReports } from './push-hourly.ts';
import type { PushDependencies, Untaken } from './push-rows.ts';

const MINUTE = 60_000;
export const KEY = 'receiver-key-0123456789abcdef';
export const resolve = async (host: string) => [host];

export interface ReportStage {
  system: System;
  monitor: Monitor;
  failures: Untaken[];
  start(): Promise<void>;
  close(): Promise<void>;
}

/** 12:00:05 in Korea: checks are passed in this hour, which is over and taken up from 13:05. */
const NOON = Date.UTC(2026, 10, 23, 3, 0, 5);

/** An application whose institution reports to a real server. `start` comes before anything else. */
export function reportStage(dialect: Dialect) {
  const stage = { failures: [] } as unknown as ReportStage;
  stage.start = async () => {
    stage.failures.length = 0;
    stage.system = await startSystem(dialect, { world: new TestWorld(NOON) });
    stage.monitor = await startMonitor();
  };
  stage.close = async () => {
    await stage.monitor?.close();
    await stage.system?.close();
  };
  return { stage, ...reporting(stage), ...passing(stage) };
}

function reporting(stage: ReportStage) {
  const here: Ask = (parcel) => asker({ resolve, policy: 'private' })(parcel);
  /** What a sender sees of a receiver that got everything and never answers, without the ten seconds. */
  const unanswered: Ask = async (parcel) => {
    const called = stage.monitor.called();
    void here(parcel);
    await called;
    return { error: 'timeout' };
  };
  const dependencies = (ask: Ask = here): PushDependencies => {
    const { database, keyring, world } = stage.system;
    return { ...{ database, keyring, world, ask }, failed: (untaken) => stage.failures.push(untaken) };
  };
  return {
    here,
    unanswered,
    dependencies,
    configure: (fields: Partial<NewTarget> = {}) =>
      configureReports(
        { ...dependencies(), resolve },
        {
          ...{ institution: 'inst', agentPk: 'hanbit', url: stage.monitor.url, key: KEY, actor: 'command' },
          ...fields,
        },
      ),
    send: (ask: Ask = here) => sendReports(dependencies(ask), { institution: 'inst', actor: 'command' }),
    preview: () => previewReports(dependencies(), 'inst'),
    hourly: (ask: Ask = here) =>
      hourlyReports({ ...dependencies(ask), broken: (error) => expect.fail(String(error)) }),
    rows: () =>
      stage.system.database.sql.selectFrom('report_row').selectAll().orderBy('kind').orderBy('seq').execute(),
    trail: async () => {
      const events = await stage.system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'actor', 'institution_id', 'data_json'])
        .where('kind', 'like', 'report.%')
        .orderBy('id')
        .execute();
      return events.map(({ kind, actor, institution_id: institution, data_json: data }) => ({
        ...{ kind, actor, institution },
        ...JSON.parse(data ?? '{}'),
      }));
    },
    sentSeqs: (kind: string) =>
      stage.monitor.calls.filter(({ path }) => path.endsWith(kind)).flatMap(({ seqs }) => seqs),
  };
}

function passing(stage: ReportStage) {
  let phone: Awaited<ReturnType<System['registered']>> | undefined;
  return {
    /** A check of 홍길동, passed a minute after the one before. */
    async pass(fields: Record<string, unknown> = {}): Promise<string> {
      if (!phone || stage.system.world.now() < NOON + MINUTE) phone = await stage.system.registered();
      stage.system.world.advance(MINUTE);
      const { id, token } = await stage.system.openCheck({ session: { ip: '203.0.113.7' }, ...fields });
      expect((await stage.system.answer(token, phone.code())).json.outcome).toBe('passed');
      return id;
    },
    /** As many more checks like one that was passed, a millisecond apart, without a session. */
    async copies(id: string, count: number): Promise<void> {
      const { database, world } = stage.system;
      const check = await database.sql
        .selectFrom('check')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      await database.transaction(async (tx) => {
        for (let nth = 1; nth <= count; nth++) {
          const copy = {
            ...check,
            id: newId('chk', world),
            token_hash: `${id}-${nth}`,
            session_sealed: null,
          };
          const values = { ...copy, session_key: null, passed_at: (check.passed_at ?? 0) + nth };
          await tx.sql.insertInto('check').values(values).execute();
        }
      });
    },
    /** 13:05: the hour of the checks can be taken up. */
    hourEnds: (hours = 1) => {
      stage.system.world.time = NOON - 5_000 + hours * 60 * MINUTE + 5 * MINUTE;
    },
  };
}
