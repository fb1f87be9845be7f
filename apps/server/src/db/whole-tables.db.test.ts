import { CompiledQuery, type KyselyPlugin, sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, exam, type System, startSystem, systemOver, 홍길동 } from '../../test/support/system.ts';
import { withPlugin } from '../../test/support/with-plugin.ts';
import { outcomeOf, wrongCodes } from '../../test/support/wrong-codes.ts';
import { keepHouse } from '../cli/housekeeping.ts';
import { showRegistration } from '../registration/operate-registration.ts';
import { clean, insertPeople } from '../retention/old-rows.fixture.ts';
import type { Database } from './open.ts';

/** Tables that grow with the learners, of whom there may be a million. */
const LARGE = 'device|learner|check|audit_event|registration|message|webhook_event|idempotency|limit_counter';

/** Those that are filled here: PostgreSQL reads a small table whole, whatever its indexes. */
const FILLED = ['learner', 'device', 'check'];

/** Indexes of the few rows that wait or are open, whatever else the table holds. */
const SMALL_INDEX = 'webhook_event_institution_id_next_at_where|check_expires_at_where';

/** The clean-up takes the trail from its beginning, so many lines at once. */
const oldestLines =
  'SCAN audit_event: select "at" as at, "id" as key from "audit_event" where 1 = 1 order by "id" limit ?';

/** The same database; every statement is kept, with its values: a partial index may depend on them. */
function keeping(database: Database): { database: Database; kept: Map<string, CompiledQuery> } {
  const kept = new Map<string, CompiledQuery>();
  const keeper: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      const compiled = database.sql.getExecutor().compileQuery(node, queryId);
      if (/^\s*(select|insert|update|delete|with)\b/i.test(compiled.sql)) kept.set(compiled.sql, compiled);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return { database: withPlugin(database, keeper), kept };
}

/** Statements that read a large table, or an index of it, from one end to the other. */
async function readingAll(database: Database, queries: Iterable<CompiledQuery>): Promise<string[]> {
  const found: string[] = [];
  for (const query of queries) {
    const scans = await scansOf[database.dialect](database, query);
    const text = query.sql.trim().replace(/\s+/g, ' ');
    if (scans.length > 0) found.push(`${scans.join(', ')}: ${text}`);
  }
  return found;
}

type ScansOf = (database: Database, query: CompiledQuery) => Promise<string[]>;

const scansOf: Record<Database['dialect'], ScansOf> = {
  async sqlite(database, { sql: text, parameters }) {
    const scan = new RegExp(`^SCAN (${LARGE})\\b(?!.*(${SMALL_INDEX}))`);
    const explain = CompiledQuery.raw(`explain query plan ${text}`, [...parameters]);
    const { rows } = await database.sql.executeQuery<{ detail: string }>(explain);
    return rows.map(({ detail }) => detail).filter((detail) => scan.test(detail));
  },
  async postgres(database, { sql: text, parameters }) {
    const explain = CompiledQuery.raw(`explain (format json) ${text}`, [...parameters]);
    const { rows } = await database.sql.executeQuery<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(explain);
    return rows.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: plan }) => wholeScans(plan)));
  },
};

/** A node of PostgreSQL's EXPLAIN. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

const CONDITIONAL = /^(Index Scan|Index Only Scan|Seq Scan)$/;

function wholeScans(node: PlanNode): string[] {
  const {
    'Node Type': type,
    'Relation Name': table = '',
    'Index Name': by = '',
    'Index Cond': condition,
  } = node;
  const isLarge = FILLED.includes(table) && !new RegExp(SMALL_INDEX).test(by);
  const own = isLarge && CONDITIONAL.test(type) && !condition ? [`${type} ${table} ${by}`] : [];
  return [...own, ...(node.Plans ?? []).flatMap(wholeScans)];
}

describe('what a million learners would make slow', () => {
  let base: System;
  let system: System;
  afterEach(async () => {
    await system?.close();
    await base?.close();
  });

  const asked = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${base.institution.apiKey}` };
    return (await system.send({ method, path, headers, ...(body ? { body } : {}) })).status;
  };
  const open = (number: number) => system.openCheck({ occasion: { kind: 'exam', number } });

  async function answering(phone: Phone): Promise<void> {
    const check = await open(1);
    const [wrong = ''] = wrongCodes(phone, base.world.now(), 1);
    expect(outcomeOf(await system.answer(check.token, wrong))).toBe('wrong-code');
    expect(outcomeOf(await system.answer(check.token, phone.code()))).toBe('passed');
    expect((await system.send({ method: 'GET', path: `/check/${check.token}` })).status).toBe(200);
    expect(await asked('GET', `/v1/checks/${check.id}`)).toBe(200);
    expect(await asked('GET', `/v1/learners/${홍길동.id}/checks`)).toBe(200);
    expect(await asked('POST', '/v1/checks', { ...exam, occasion: { kind: 'lesson', number: 1 } })).toBe(201);
    expect((await phone.request('GET', '/app-api/device')).status).toBe(200);
    const { token } = await open(2);
    for (const code of wrongCodes(phone, base.world.now(), 5)) await system.answer(token, code);
    expect(outcomeOf(await system.answer(token, phone.code()))).toBe('locked');
  }

  /** Another phone takes the place of the first, which says that this was somebody else. */
  async function replacing(first: Phone): Promise<void> {
    const second = await system.registered();
    expect((await first.request('GET', '/app-api/device')).json.status).toBe('replaced');
    expect((await first.request('POST', '/app-api/device/dispute', {})).status).toBe(204);
    const operation = { phone: 홍길동.phone, reason: '본인 확인', actor: 'command' };
    expect((await showRegistration(system, operation)).kind).toBe('shown');
    expect((await second.request('DELETE', '/app-api/device')).status).toBe(204);
  }

  async function changingNumber(): Promise<void> {
    const phone = await system.registered({ name: '김영희', phone: '010-8765-4321' });
    const to = { phone: '010-5555-6666', locale: 'ko' };
    const begun = await phone.request('POST', '/app-api/device/phone', to);
    expect(begun.status).toBe(202);
    const { registration } = begun.json;
    const code = await system.smsCode(to.phone);
    const proof = await phone.request('POST', '/app-api/device/phone/proof', { registration, code });
    expect(proof.status).toBe(200);
    expect((await phone.request('DELETE', '/app-api/learner')).status).toBe(204);
  }

  it.each(dialects)('P-1 no request and no housekeeping reads a whole table on %s', async (dialect) => {
    base = await startSystem(dialect);
    const { database, kept } = keeping(base.database);
    system = await systemOver(database, base);
    await insertPeople(base.database, 5_000, base.world.now());
    if (dialect === 'postgres') await sql`analyze`.execute(base.database.sql);
    const first = await system.registered();
    await answering(first);
    await replacing(first);
    await changingNumber();
    const failed = (_work: string, error: unknown) => expect.unreachable(String(error));
    await keepHouse({ ...base, database, failed, eventsWaiting: () => undefined });
    await clean(system);
    expect(await readingAll(base.database, kept.values())).toEqual(dialect === 'sqlite' ? [oldestLines] : []);
    expect(kept.size).toBeGreaterThan(90);
  });
});
