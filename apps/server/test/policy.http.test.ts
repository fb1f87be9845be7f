import { afterEach, describe, expect, it } from 'vitest';
import { addInstitution } from '../src/institutions/add-institution.ts';
import { dialects, LMS_ORIGIN, type System, startSystem } from './support/system.ts';

const usual = {
  entry: 'once',
  firstOfDay: true,
  everyLessons: 8,
  before: ['progress-test', 'exam', 'assignment'],
  dailyLessonLimit: 8,
  timeZone: 'Asia/Seoul',
  holdsForMinutes: { lesson: null, evaluation: 180 },
};
const COURSE = '/v1/courses/safety-101/policy';

const faulty: readonly [object, string[]][] = [
  [{ timeZone: 'Asia/Soul' }, ['/timeZone']],
  [{ timeZone: '+09:00' }, ['/timeZone']],
  [{ everyLessons: 0 }, ['/everyLessons']],
  [{ everyLessons: '8' }, ['/everyLessons']],
  [{ dailyLessonLimit: 1.5 }, ['/dailyLessonLimit']],
  [{ before: ['exam', 'exam'] }, ['/before/1']],
  [{ before: ['exam', 'lesson'] }, ['/before/1']],
  [{ holdsForMinutes: { lesson: null, evaluation: -1 } }, ['/holdsForMinutes/evaluation']],
  [{ holdsForMinutes: { lesson: null, evaluation: null } }, ['/holdsForMinutes/evaluation']],
  [{ holdsForMinutes: { lesson: null } }, ['/holdsForMinutes/evaluation']],
  [{ entry: 'twice', firstOfDay: 1 }, ['/entry', '/firstOfDay']],
];

const pathsOf = ({ errors }: { errors: { path: string }[] }): string[] => errors.map(({ path }) => path);

for (const dialect of dialects) {
  describe(`policies on ${dialect}`, () => {
    let system: System;
    afterEach(() => system?.close());

    const call = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown, key?: string) =>
      system.send({
        ...{ method, path },
        headers: { authorization: `Bearer ${key ?? system.institution.apiKey}` },
        ...(body === undefined ? {} : { body }),
      });

    const put = async (path: string, fields: object) => {
      const { status, json } = await call('PUT', path, { ...usual, ...fields });
      return [status, json.version, json.from];
    };

    async function another(): Promise<string> {
      const institution = { id: 'other', name: '다른', origins: [LMS_ORIGIN] };
      const added = await addInstitution(system.database, system.world, institution);
      return added.kind === 'added' ? added.apiKey : expect.fail(added.kind);
    }

    it('S-4 the default applies until one is set; versions count from one', async () => {
      system = await startSystem(dialect);
      const first = await call('GET', '/v1/policy');
      expect(first.json).toEqual({ ...usual, version: 0, changedAt: null, from: 'default' });
      expect((await call('GET', COURSE)).json).toEqual(first.json);
      expect(await put('/v1/policy', { everyLessons: 4 })).toEqual([200, 1, 'institution']);
      system.world.advance(1_000);
      expect(await put('/v1/policy', { everyLessons: null })).toEqual([200, 2, 'institution']);
      const now = {
        ...{ ...usual, everyLessons: null, version: 2, from: 'institution' },
        changedAt: new Date(system.world.now()).toISOString(),
      };
      expect((await call('GET', '/v1/policy')).json).toEqual(now);
      expect((await call('GET', COURSE)).json).toEqual(now);
    });

    it('S-4 a course overrides its institution, and goes back to it when its own is removed', async () => {
      system = await startSystem(dialect);
      expect(await put(COURSE, { everyLessons: 1 })).toEqual([200, 1, 'course']);
      expect(await put('/v1/policy', { everyLessons: 4 })).toEqual([200, 1, 'institution']);
      expect((await call('GET', COURSE)).json).toMatchObject({ everyLessons: 1, from: 'course' });
      expect((await call('GET', '/v1/courses/fire-1/policy')).json).toMatchObject({ everyLessons: 4 });
      expect((await call('DELETE', COURSE)).status).toBe(204);
      expect((await call('DELETE', COURSE)).status).toBe(204);
      expect((await call('GET', COURSE)).json).toMatchObject({ everyLessons: 4, from: 'institution' });
      expect(await put(COURSE, { everyLessons: 2 })).toEqual([200, 3, 'course']);
    });

    it('S-4 every version is kept, with who made it and when, and is in the audit trail', async () => {
      system = await startSystem(dialect);
      await put(COURSE, { everyLessons: 1 });
      await call('DELETE', COURSE);
      const { sql } = system.database;
      const [key] = await sql.selectFrom('api_key').select('id').execute();
      const kept = await sql.selectFrom('policy_version').selectAll().orderBy('version').execute();
      const place = { institution_id: 'inst', course_id: 'safety-101', changed_by: key?.id };
      expect(kept).toEqual([
        {
          ...{ ...place, version: 1, changed_at: system.world.now() },
          policy_json: JSON.stringify({ ...usual, everyLessons: 1 }),
        },
        { ...place, version: 2, changed_at: system.world.now(), policy_json: null },
      ]);
      const events = await sql
        .selectFrom('audit_event')
        .select(['kind', 'actor', 'institution_id', 'data_json'])
        .where('kind', 'like', 'policy.%')
        .orderBy('id')
        .execute();
      const event = { actor: 'institution', institution_id: 'inst' };
      const data = (version: number) => JSON.stringify({ course: 'safety-101', version, key: key?.id });
      expect(events).toEqual([
        { ...event, kind: 'policy.changed', data_json: data(1) },
        { ...event, kind: 'policy.removed', data_json: data(2) },
      ]);
    });

    it('S-4 twenty changes at once are twenty versions', async () => {
      system = await startSystem(dialect);
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => put('/v1/policy', { everyLessons: index + 1 })),
      );
      const versions = replies.map(([, version]) => Number(version)).sort((a, b) => a - b);
      expect(versions).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    });

    it('S-4 an institution sees and changes nothing of another', async () => {
      system = await startSystem(dialect);
      const other = await another();
      await put('/v1/policy', { everyLessons: 4 });
      await put(COURSE, { everyLessons: 1 });
      const theirs = { ...usual, version: 0, changedAt: null, from: 'default' };
      expect((await call('GET', '/v1/policy', undefined, other)).json).toEqual(theirs);
      expect((await call('GET', COURSE, undefined, other)).json).toEqual(theirs);
      expect((await call('DELETE', COURSE, undefined, other)).status).toBe(204);
      expect((await call('GET', COURSE)).json).toMatchObject({ everyLessons: 1 });
    });

    it('S-4 what is not valid is refused with the place of every fault, and changes nothing', async () => {
      system = await startSystem(dialect);
      for (const [fields, paths] of faulty) {
        const reply = await call('PUT', '/v1/policy', { ...usual, ...fields });
        expect([reply.status, reply.json.code, pathsOf(reply.json)]).toEqual([400, 'malformed', paths]);
        const body = { policy: { ...usual, ...fields }, lessons: 3 };
        const tried = await call('POST', '/v1/policy/preview', body);
        expect([tried.status, pathsOf(tried.json)]).toEqual([400, paths.map((path) => `/policy${path}`)]);
      }
      expect((await call('GET', '/v1/policy')).json.version).toBe(0);
    });

    it('S-4 the preview shows what is asked, of a policy that is tried or of the one that applies', async () => {
      system = await startSystem(dialect);
      await put(COURSE, { everyLessons: 2 });
      const previewed = async (body: object) => (await call('POST', '/v1/policy/preview', body)).json;
      const full = await previewed({ lessons: 24 });
      expect(full.days).toHaveLength(3);
      expect(full.days[0].steps.slice(0, 2)).toEqual([
        { kind: 'lesson', number: 1, reasons: ['entry', 'first-of-day', 'lesson-interval'] },
        { kind: 'lesson', number: 2, reasons: [] },
      ]);
      expect(
        await previewed({ lessons: 1, courseId: 'safety-101', policy: { ...usual, entry: 'never' } }),
      ).toEqual({
        days: [
          { day: 1, steps: [{ kind: 'lesson', number: 1, reasons: ['first-of-day', 'lesson-interval'] }] },
        ],
      });
      const ofCourse = await previewed({ lessons: 3, courseId: 'safety-101' });
      expect(ofCourse.days[0].steps[2].reasons).toEqual(['lesson-interval']);
      const slow = await previewed({ lessons: 3, lessonsPerDay: 1 });
      expect(slow.days.map(({ day }: { day: number }) => day)).toEqual([1, 2, 3]);
    });

    it('S-4 a preview is of 1 to 999 lessons and takes nothing else', async () => {
      system = await startSystem(dialect);
      for (const body of [{}, { lessons: 0 }, { lessons: 1_000 }, { lessons: 3, lessonsPerDay: 0 }]) {
        expect((await call('POST', '/v1/policy/preview', body)).json.code).toBe('malformed');
      }
      const unknown = await call('POST', '/v1/policy/preview', { lessons: 3, shoe: 1 });
      expect([unknown.status, unknown.json.code]).toEqual([400, 'unknown-field']);
      for (const path of ['/v1/policy', COURSE]) {
        expect((await call('GET', path, undefined, 'motp_wrong')).json.code).toBe('unauthorized');
      }
    });

    it('P-3 a course whose id cannot be stored is refused', async () => {
      system = await startSystem(dialect);
      const reply = await call('GET', '/v1/courses/a%00b/policy');
      expect([reply.status, reply.json.code]).toEqual([400, 'bad-text']);
      expect((await call('GET', `/v1/courses/${'a'.repeat(65)}/policy`)).status).toBe(400);
    });
  });
}
