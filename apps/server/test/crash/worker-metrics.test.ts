import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../../../test/support/processes.ts';
import { openDatabase } from '../../src/db/open.ts';
import { type Exposition, readExposition } from '../../src/metrics/exposition.fixture.ts';
import { Client, type Fleet, newLearner, startFleet } from './fleet.ts';

/** Over a connection of its own: the workers take connections in turn. */
function ask(url: string, method: 'GET' | 'POST', body?: object): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(url, { method, agent: false, headers: body ? headers : {} }, (reply) => {
      textOf(reply).then((text) => resolve({ status: reply.statusCode ?? 0, text }), reject);
    });
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

async function textOf(reply: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of reply.setEncoding('utf8')) text += chunk;
  return text;
}

const ANSWERS = 40;
const MESSAGES = 3;

describe('a server with two workers over one PostgreSQL', () => {
  let fleet: Fleet;
  let server: RunningServer;
  beforeAll(async () => {
    fleet = await startFleet('postgres');
    const env = { ...fleet.env, MOTP_WORKERS: '2', MOTP_IDENTITY: 'none', MOTP_IDENTITY_IPIN: 'none' };
    server = await startServer('serve', { folder: fleet.folder, env });
  });
  afterAll(async () => {
    await server?.kill();
    await fleet?.close();
  });

  const scrape = async (): Promise<Exposition> => {
    const { status, text } = await ask(`${server.url}/metrics`, 'GET');
    expect(status).toBe(200);
    return readExposition(text);
  };

  /** Both have begun, and the background work of each has run. */
  async function untilBothRan(): Promise<Exposition> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const read = await scrape();
      const works = read.samples.filter(({ name }) => name === SUCCESS);
      if (read.value('motp_processes') === 2 && works.length === 6) return read;
      if (Date.now() > deadline) throw new Error(`not both ran:\n${JSON.stringify(works)}\n${server.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const SUCCESS = 'motp_background_last_success_timestamp_seconds';

  it('O-6 whichever is scraped, the counts are of both, and what waits in the database is counted once', async () => {
    await waitingMessages(fleet.env.MOTP_DATABASE ?? '');
    const { token } = await new Client(server, fleet).open(newLearner(), 1);
    const code = { code: '123456' };
    const replies = await Promise.all(
      Array.from({ length: ANSWERS }, () => ask(`${server.url}/check/${token}/code`, 'POST', code)),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    await untilBothRan();
    for (let nth = 0; nth < 4; nth++) {
      const { value } = await scrape();
      const route = { method: 'POST', route: '/check/:token/code', status: '2xx' };
      expect(value('motp_processes')).toBe(2);
      expect(value('motp_answers_total', { outcome: 'refused', reason: 'not-registered' })).toBe(ANSWERS);
      expect(value('motp_answer_batch_size_sum')).toBe(ANSWERS);
      expect(value('motp_http_request_seconds_count', route)).toBe(ANSWERS);
      expect(value('motp_http_request_seconds_bucket', { ...route, le: '+Inf' })).toBe(ANSWERS);
      expect(value('motp_check_requests_total', { decision: 'opened' })).toBe(1);
      expect(value('motp_messages_waiting')).toBe(MESSAGES);
      expect(value('motp_database_up')).toBe(1);
      expect(value('motp_database_connections_max')).toBe(20);
    }
  });

  it('O-6 each kind of background work says when it last went well', async () => {
    const { samples, value } = await untilBothRan();
    const works = samples.filter(({ name }) => name === SUCCESS).map(({ labels }) => labels.work);
    expect(works.sort()).toEqual(['housekeeping', 'mark', 'messages', 'reports', 'retention', 'webhooks']);
    for (const work of works) {
      const at = value(SUCCESS, { work: work ?? '' }) ?? 0;
      expect(at).toBeGreaterThan(1_700_000_000);
      expect(at).toBeLessThanOrEqual(Date.now() / 1000);
    }
  });
});

/** Messages whose next try is an hour away. */
async function waitingMessages(url: string): Promise<void> {
  const database = openDatabase(url);
  const at = Date.now();
  const later = at + 60 * 60_000;
  const message = {
    ...{ to_sealed: null, text_sealed: null, status: 'waiting' as const, attempts: 1, next_at: later },
    ...{ expires_at: later, created_at: at, done_at: null, registration_id: null },
  };
  const messages = Array.from({ length: MESSAGES }, (_, nth) => ({ ...message, id: `msg_${nth}` }));
  await database.sql.insertInto('message').values(messages).execute();
  await database.close();
}
