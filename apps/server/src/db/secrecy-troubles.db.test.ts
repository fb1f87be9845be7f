import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf } from '../../test/support/wrong-codes.ts';
import { Certifier } from '../identity/certifier.fixture.ts';
import type { PhoneNumber } from '../learners/rules.ts';
import { releaseRegistration, showRegistration } from '../registration/operate-registration.ts';
import { dumpOf } from './contents.fixture.ts';

const NEW = '010-8765-4321';
const CERTIFIED = { name: '홍길순', birthDate: '1990-01-31', di: 'MC0GCCqGSIb3DQIJAyEA-di-of-hong' };
const troubled = ['certified_number', 'former_value', 'identity_attempt', 'learner', 'registration'];

for (const dialect of dialects) {
  describe(`what troubles leave in the ${dialect} database`, () => {
    let system: System;
    let certifier: Certifier;
    afterEach(() => system?.close());

    async function certify(phone: Phone, purpose: 'name' | 'unlock', number: string): Promise<string> {
      certifier.certifies({ ...CERTIFIED, phone: number as PhoneNumber });
      const begun = await phone.request('POST', '/app-api/device/identity', { method: 'phone', purpose });
      const { attempt, secret } = begun.json;
      const path = `/identity/return/${attempt}`;
      const back = await system.send({ method: 'POST', path, body: { secret, parameters: { id: 'x' } } });
      expect(back.json).toEqual({ outcome: 'passed' });
      return secret;
    }

    /** A new name, a new number, a dispute, an unlocking, an operator, and an identity check under way. */
    async function live(): Promise<string[]> {
      certifier = new Certifier();
      system = await startSystem(dialect, { providers: { phone: certifier } });
      const phone = await system.registered();
      const secrets = [await certify(phone, 'name', '+821012345678')];
      const changing = await phone.request('POST', '/app-api/device/phone', { phone: NEW });
      const code = await system.smsCode(NEW);
      const body = { registration: changing.json.registration, code };
      expect((await phone.request('POST', '/app-api/device/phone/proof', body)).status).toBe(200);
      const learner = { ...홍길동, name: '홍길순', phone: NEW };
      const { id, token } = await system.openCheck({ learner });
      expect(outcomeOf(await system.answer(token, phone.code()))).toBe('passed');
      expect((await phone.request('POST', '/app-api/device/dispute', { check: id })).status).toBe(204);
      const operation = { phone: NEW, reason: '전화로 확인', actor: 'command' };
      expect((await showRegistration(system, operation)).kind).toBe('shown');
      expect((await releaseRegistration(system, operation)).kind).toBe('done');
      secrets.push(await certify(phone, 'unlock', '+821087654321'));
      await phone.request('POST', '/app-api/device/identity', { method: 'phone', purpose: 'name' });
      const seed = Buffer.from(phone.seed ?? expect.fail('no seed'));
      return [...secrets, code, seed.toString('hex'), seed.toString('base64url')];
    }

    it('P-2 no name, number, DI, birth date, secret or code of them can be read in any row', async () => {
      const drawn = await live();
      const lines = await dumpOf(system.database);
      const tables = new Set(lines.map((line) => line.split(' ', 1)[0]));
      expect([...tables]).toEqual(expect.arrayContaining(troubled));
      const numbers = [홍길동.phone, NEW].flatMap((number) => [
        number,
        number.replaceAll('-', ''),
        `82${number.replaceAll('-', '').slice(1)}`,
      ]);
      const plain = ['홍길동', '홍길순', ...numbers, CERTIFIED.birthDate, CERTIFIED.di];
      const forms = plain.flatMap((text) =>
        ['utf8', 'hex', 'base64url'].map((form) => Buffer.from(text).toString(form as BufferEncoding)),
      );
      const isSeen = (secret: string) =>
        lines.some((line) => new RegExp(`(?<![\\w-])${secret}(?![\\w-])`).test(line));
      expect([...forms, ...drawn].filter(isSeen)).toEqual([]);
      expect(forms.filter((secret) => lines.some((line) => line.includes(secret)))).toEqual([]);
    });

    it('P-2 the trail of troubles speaks in pseudonyms, words and counts', async () => {
      await live();
      const events = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'data_json'])
        .where('kind', 'not in', ['institution.added', 'api-key.made', 'signing-key.made'])
        .execute();
      const members = events.flatMap(({ data_json: json }) => Object.keys(JSON.parse(json ?? '{}')));
      expect([...new Set(members)].sort()).toEqual([
        'because',
        'field',
        'method',
        'number',
        'occasion',
        'proof',
        'provider',
        'purpose',
        'reason',
        'registration',
        'why',
      ]);
      const kinds = new Set(events.map(({ kind }) => kind));
      expect([...kinds]).toEqual(
        expect.arrayContaining([
          'learner.renamed',
          'registration.number-changed',
          'learner.disputed',
          'registration.locked',
          'registration.shown',
          'learner.name-released',
          'registration.unlocked',
        ]),
      );
    });
  });
}
