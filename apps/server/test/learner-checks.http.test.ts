import { afterEach, describe, expect, it } from 'vitest';
import { addInstitution } from '../src/institutions/add-institution.ts';
import { dialects, exam, LMS_ORIGIN, type System, startSystem, 홍길동 } from './support/system.ts';

const MINUTE = 60_000;
const PATH = `/v1/learners/${홍길동.id}/checks`;
const fire = { id: 'fire-1', title: '소방안전' };

for (const dialect of dialects) {
  describe(`a learner's checks on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const list = (path: string, key = system.institution.apiKey) =>
      system.send({ method: 'GET', path, headers: { authorization: `Bearer ${key}` } });
    const idsOf = ({ checks }: { checks: { id: string }[] }) => checks.map(({ id }) => id);

    /** Oldest first: two in the same millisecond, then one a minute. */
    async function opened(count: number): Promise<string[]> {
      const ids: string[] = [];
      for (let number = 1; number <= count; number++) {
        ids.push((await system.openCheck({ occasion: { kind: 'exam', number } })).id);
        if (number !== 1) system.world.advance(MINUTE);
      }
      return ids;
    }

    it('S-1 are listed newest first, with how they ended and without receipts', async () => {
      system = await startSystem(dialect);
      const phone = await system.registered();
      const first = await system.openCheck();
      await system.answer(first.token, phone.code());
      const passedAt = new Date(system.world.now()).toISOString();
      system.world.advance(MINUTE);
      const second = await system.openCheck({ occasion: { kind: 'assignment', number: 2 } });
      system.world.advance(10 * MINUTE);
      expect((await list(PATH)).json).toEqual({
        checks: [
          {
            ...{ id: second.id, status: 'expired', learner: { id: 홍길동.id }, course: exam.course },
            ...{ occasion: { kind: 'assignment', number: 2 }, reasons: ['assignment'] },
          },
          {
            ...{ id: first.id, status: 'passed', learner: { id: 홍길동.id }, course: exam.course },
            ...{ occasion: exam.occasion, reasons: ['entry', 'exam'], method: 'motp', passedAt },
          },
        ],
        next: null,
      });
    });

    it('S-1 come page by page, each once, also those of one moment and while new ones are opened', async () => {
      system = await startSystem(dialect);
      const ids = await opened(5);
      const seen: string[] = [];
      let page = (await list(`${PATH}?limit=2`)).json;
      await system.openCheck({ occasion: { kind: 'exam', number: 99 } });
      for (;;) {
        seen.push(...idsOf(page));
        if (page.next === null) break;
        expect(page.checks).toHaveLength(2);
        page = (await list(`${PATH}?limit=2&cursor=${page.next}`)).json;
      }
      const [one = '', two = ''] = ids;
      expect(seen.slice(0, 3)).toEqual(ids.slice(2).reverse());
      expect(seen.slice(3)).toEqual([one, two].sort().reverse());
    });

    it('S-1 a page is as long as asked, 50 at most without asking, and the last has no next', async () => {
      system = await startSystem(dialect);
      const ids = await opened(3);
      const exact = (await list(`${PATH}?limit=3`)).json;
      expect([exact.checks.length, exact.next]).toEqual([3, null]);
      const all = (await list(`${PATH}?limit=100`)).json;
      expect(idsOf(all).sort()).toEqual(ids.sort());
    });

    it('S-1 of one course; of nobody and nothing, none', async () => {
      system = await startSystem(dialect);
      const there = await system.openCheck({ course: fire });
      await system.openCheck();
      expect(idsOf((await list(`${PATH}?course=fire-1`)).json)).toEqual([there.id]);
      expect((await list(`${PATH}?course=none`)).json).toEqual({ checks: [], next: null });
      expect((await list('/v1/learners/nobody/checks')).json).toEqual({ checks: [], next: null });
    });

    it('O-2 an institution sees none of another’s, with another’s cursor neither', async () => {
      system = await startSystem(dialect);
      await opened(3);
      const other = await addInstitution(system.database, system.world, {
        ...{ id: 'other', name: '다른', origins: [LMS_ORIGIN] },
      });
      if (other.kind !== 'added') return expect.fail(other.kind);
      const { next } = (await list(`${PATH}?limit=1`)).json;
      for (const path of [PATH, `${PATH}?cursor=${next}`]) {
        expect((await list(path, other.apiKey)).json).toEqual({ checks: [], next: null });
      }
      expect((await list(PATH, 'motp_wrong')).json.code).toBe('unauthorized');
    });

    it('P-3 what is no cursor, no limit or unknown is refused', async () => {
      system = await startSystem(dialect);
      await opened(2);
      const { next } = (await list(`${PATH}?limit=1`)).json;
      const encoded = (text: string) => Buffer.from(text).toString('base64url');
      const cursors = ['x', '%00', `${next}A`, encoded('1'), encoded("1 chk_'"), encoded('1 chk_a b')];
      for (const cursor of cursors) {
        expect((await list(`${PATH}?cursor=${cursor}`)).status).toBe(400);
      }
      for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=', 'shoe=1', 'course=', 'course=%00']) {
        expect([query, (await list(`${PATH}?${query}`)).status]).toEqual([query, 400]);
      }
      expect((await list('/v1/learners/a%00b/checks')).status).toBe(400);
    });
  });
}
