import { afterEach, describe, expect, it } from 'vitest';
import { dialects, exam, type System, startSystem } from '../../test/support/system.ts';
import { tally } from '../../test/support/wrong-codes.ts';
import { tokenHash } from './open-check.ts';
import { settle } from './settle-answers.ts';
import { CheckGoneError, gather } from './store.ts';

for (const dialect of dialects) {
  describe(`parallel openings on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const open = (body: object = exam, headers: Record<string, string> = {}) =>
      system.send({
        method: 'POST',
        path: '/v1/checks',
        headers: { authorization: `Bearer ${system.institution.apiKey}`, ...headers },
        body,
      });

    const statuses = async () => {
      const rows = await system.database.sql.selectFrom('check').select('status').execute();
      return tally(rows.map(({ status }) => status));
    };

    it('C-1 twenty openings of one occasion at once give one check', async () => {
      system = await startSystem(dialect);
      const replies = await Promise.all(Array.from({ length: 20 }, () => open()));
      expect(tally(replies.map(({ status }) => String(status)))).toEqual({ '200': 19, '201': 1 });
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
      expect(await statuses()).toEqual({ open: 1 });
    });

    it('C-1 openings with different sessions at once leave exactly one open', async () => {
      system = await startSystem(dialect);
      const bodies = Array.from({ length: 12 }, (_, index) => ({
        ...exam,
        session: { id: `session-${index}` },
      }));
      const replies = await Promise.all(bodies.map((body) => open(body)));
      expect(tally(replies.map(({ status }) => String(status)))).toEqual({ '201': 12 });
      expect(new Set(replies.map(({ json }) => json.id)).size).toBe(12);
      expect(await statuses()).toEqual({ open: 1, expired: 11 });
    });

    it('C-1 the same Idempotency-Key at once gives one check and one answer', async () => {
      system = await startSystem(dialect);
      const headers = { 'idempotency-key': 'once' };
      const replies = await Promise.all(Array.from({ length: 20 }, () => open(exam, headers)));
      expect(tally(replies.map(({ status }) => String(status)))).toEqual({ '201': 20 });
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
      expect(await statuses()).toEqual({ open: 1 });
      const opened = await system.database.sql
        .selectFrom('audit_event')
        .select('id')
        .where('kind', '=', 'check.opened')
        .execute();
      expect(opened).toHaveLength(1);
    });

    it('C-1 of two bodies at once with one Idempotency-Key one is answered, the other refused', async () => {
      system = await startSystem(dialect);
      const headers = { 'idempotency-key': 'once' };
      const other = { ...exam, occasion: { kind: 'exam', number: 2 } };
      const replies = await Promise.all([open(exam, headers), open(other, headers)]);
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 422]);
      expect(await statuses()).toEqual({ open: 1 });
    });

    it('C-7 a check that is opened again while it is answered cannot be passed any more', async () => {
      system = await startSystem(dialect);
      await system.registered();
      const { token } = await system.openCheck();
      let isOpened = false;
      const answering = system.database.transaction(async (tx) => {
        expect(await gather(tx, [tokenHash(token)])).toHaveLength(1);
        const opening = open({ ...exam, session: { id: 'another' } }).finally(() => {
          isOpened = true;
        });
        // PostgreSQL lets the opening through, and the pass finds out; SQLite has one writer, who is waited for.
        if (dialect === 'postgres') await opening;
        else await new Promise((resolve) => setTimeout(resolve, 200));
        expect(isOpened).toBe(dialect === 'postgres');
        const check = await tx.sql
          .selectFrom('check')
          .selectAll()
          .where('token_hash', '=', tokenHash(token))
          .executeTakeFirstOrThrow();
        const now = system.world.now();
        await settle(tx, 'batch', {
          changes: [],
          passed: [{ ...check, status: 'passed', method: 'motp', passed_at: now }],
          events: [{ at: now, kind: 'check.passed', actor: 'learner', check: check.id }],
        });
        return { opening };
      });
      if (dialect === 'postgres') {
        await expect(answering).rejects.toThrow(CheckGoneError);
        expect(await statuses()).toEqual({ open: 1, expired: 1 });
      } else {
        expect((await (await answering).opening).json).toMatchObject({ status: 'not-required' });
        expect(await statuses()).toEqual({ passed: 1 });
      }
    });

    it('C-7 a check that is answered while it is opened again never passes twice', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const { token } = await system.openCheck();
      const code = phone.code();
      const [answered] = await Promise.all([
        system.answer(token, code),
        ...Array.from({ length: 5 }, (_, index) => open({ ...exam, session: { id: `s${index}` } })),
        system.answer(token, code),
      ]);
      const rows = await system.database.sql.selectFrom('check').select(['status']).execute();
      const counted = tally(rows.map(({ status }) => status));
      // S-3: passed first, it stands for what is asked after it; opened again first, the code is too late.
      const isPassed = answered?.json.outcome === 'passed';
      expect([counted.passed ?? 0, counted.open ?? 0]).toEqual(isPassed ? [1, 0] : [0, 1]);
    });
  });
}
