import { existsSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import type { Phone } from '../../test/support/phone.ts';
import { dialects, exam, type System, startSystem, 홍길동 } from '../../test/support/system.ts';
import { outcomeOf, wrongCodes } from '../../test/support/wrong-codes.ts';
import { type OutgoingMessage, sendMessages } from '../messages/send-messages.ts';
import { dumpOf, fileOf } from './contents.fixture.ts';

const person = { name: 홍길동.name, phone: 홍길동.phone };
const asked = {
  learner: { ...홍길동, birthDate: '1990-01-31' },
  session: { id: 'lms-session-81', ip: '203.0.113.7' },
};

/** In every form in which somebody could read it. */
function forms(text: string): string[] {
  const bytes = [text.normalize('NFC'), text.normalize('NFD')].map((form) => Buffer.from(form));
  return bytes.flatMap((each) => [
    each.toString(),
    JSON.stringify(each.toString()).slice(1, -1),
    each.toString('hex'),
    each.toString('base64').replace(/=+$/, ''),
    each.toString('base64url'),
  ]);
}

const isSeen = (dump: string, code: string) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(dump);

for (const dialect of dialects) {
  describe(`what lies in the ${dialect} database`, () => {
    let system: System;
    afterEach(() => system?.close());

    /** Everything that the main job writes: proofs, refusals, a hint, a clock, a pass, a pending registration. */
    async function live(): Promise<{ phone: Phone; codes: string[]; tokens: string[] }> {
      const now = system.world.now();
      const phone = await system.phone();
      const begun = await phone.begin(person);
      const sms = await system.smsCode(person.phone);
      await phone.prove(begun.json.registration, sms === '111111' ? '222222' : '111111');
      await phone.prove(begun.json.registration, sms);
      const pending = await system.phone();
      system.world.advance(1);
      await pending.begin({ ...person, name: '김영희' });
      const { token } = await system.openCheck(asked);
      const other = await system.openCheck({
        learner: { ...홍길동, name: '김영희' },
        occasion: { kind: 'exam', number: 2 },
      });
      const [wrong = ''] = wrongCodes(phone, now, 1);
      const abroad = phone.code(now + 9 * 60 * 60_000);
      const typed = [abroad, wrong, phone.code()];
      const outcomes = [outcomeOf(await system.answer(other.token, phone.code()))];
      for (const code of typed) outcomes.push(outcomeOf(await system.answer(token, code)));
      expect(outcomes).toEqual(['name-differs', 'clock-off', 'wrong-code', 'passed']);
      const codes = [sms, await system.smsCode(person.phone), ...typed];
      return { phone, codes, tokens: [token, other.token] };
    }

    const secretsOf = (phone: Phone, tokens: string[]) => {
      const seed = Buffer.from(phone.seed ?? expect.fail('no seed'));
      return [
        ...['홍길동', '김영희', '010-1234-5678', '01012345678', '+821012345678', '1012345678'].flatMap(forms),
        ...['1990-01-31', '203.0.113.7', 'lms-session-81', system.institution.apiKey, ...tokens].flatMap(
          forms,
        ),
        ...['인증번호', '알리지 마세요', '[mOTP]', '@localhost #'].flatMap(forms),
        ...['hex', 'base64', 'base64url'].map((form) =>
          seed.toString(form as BufferEncoding).replace(/=+$/, ''),
        ),
      ];
    };

    it('P-2 neither name, number, birth date, session, seed, code nor message can be read in any row', async () => {
      system = await startSystem(dialect);
      const { phone, codes, tokens } = await live();
      const lines = await dumpOf(system.database);
      const tables = new Set(lines.map((line) => line.split(' ', 1)[0]));
      expect([...tables]).toEqual(
        expect.arrayContaining(['audit_event', 'check', 'device', 'learner', 'message', 'registration']),
      );
      const seen = secretsOf(phone, tokens).filter((secret) => lines.some((line) => line.includes(secret)));
      expect(seen).toEqual([]);
      expect(codes.filter((code) => lines.some((line) => isSeen(line, code)))).toEqual([]);
    });

    it('P-2 the trail speaks in pseudonyms and counts', async () => {
      system = await startSystem(dialect);
      await live();
      const events = await system.database.sql
        .selectFrom('audit_event')
        .select(['kind', 'data_json'])
        .execute();
      const members = events.flatMap(({ data_json: json }) => Object.keys(JSON.parse(json ?? '{}')));
      expect([...new Set(members)].sort()).toEqual([
        'counted',
        'hint',
        'key',
        'kid',
        'method',
        'number',
        'occasion',
        'proof',
        'reason',
        'registration',
        'triesLeft',
      ]);
    });

    it('P-2 the text of a message is erased when it is delivered', async () => {
      system = await startSystem(dialect);
      const phone = await system.phone();
      const begun = await phone.begin(person);
      const { database, keyring, world } = system;
      const sent: OutgoingMessage[] = [];
      const sender = {
        keepsText: false,
        send: async (message: OutgoingMessage) => {
          sent.push(message);
        },
      };
      const sending = { database, keyring, world, sender, failed: () => undefined };
      expect(await sendMessages(sending)).toBe(1);
      expect(sent).toMatchObject([{ to: '+821012345678', text: expect.stringContaining('@localhost #') }]);
      expect(sent[0]?.text).toContain(`(${begun.json.proof.reference})`);
      const rows = await database.sql.selectFrom('message').selectAll().execute();
      expect(rows).toMatchObject([
        { status: 'sent', to_sealed: null, text_sealed: null, done_at: world.now() },
      ]);
      expect(await sendMessages(sending)).toBe(0);
    });

    it('P-2 the text of a message that nobody took is erased when it expires', async () => {
      system = await startSystem(dialect);
      await (await system.phone()).begin(person);
      const { database, keyring, world } = system;
      const failed: { attempts: number; error: string }[] = [];
      const sending = {
        ...{ database, keyring, world },
        sender: { keepsText: false, send: () => Promise.reject(new TypeError('010-1234-5678')) },
        failed: (message: { id: string; attempts: number; error: string }) => failed.push(message),
      };
      expect(await sendMessages(sending)).toBe(1);
      expect(await sendMessages(sending)).toBe(0);
      world.advance(1_000);
      expect(await sendMessages(sending)).toBe(1);
      expect(failed).toMatchObject([
        { attempts: 1, error: 'TypeError' },
        { attempts: 2, error: 'TypeError' },
      ]);
      expect(JSON.stringify(failed)).not.toContain('1234');
      world.advance(5 * 60_000 - 1_000);
      expect(await sendMessages(sending)).toBe(0);
      const rows = await database.sql.selectFrom('message').selectAll().execute();
      expect(rows).toMatchObject([{ status: 'expired', to_sealed: null, text_sealed: null }]);
    });
  });
}

describe('the embedded database’s files', () => {
  let system: System;
  afterEach(() => system?.close());

  const files = async () => {
    const file = await fileOf(system.database);
    return [file, `${file}-wal`].filter(existsSync).map((path) => readFileSync(path));
  };

  it('P-2 nothing readable, and no trace of an erased message', async () => {
    system = await startSystem('sqlite');
    const phone = await system.registered();
    await system.openCheck({ ...exam, ...asked });
    for (let count = 0; count < 12; count++) await (await system.phone()).begin(person);
    const messages = await system.database.sql.selectFrom('message').select('text_sealed').execute();
    const seed = Buffer.from(phone.seed ?? expect.fail('no seed'));
    const secrets = ['홍길동', '홍길동'.normalize('NFD'), '1234-5678', '12345678', '1990-01-31', '인증번호'];
    for (const bytes of await files()) {
      expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
      expect(bytes.includes(seed)).toBe(false);
    }
    const traces = async () => {
      const all = await files();
      return messages.filter(({ text_sealed: text }) =>
        all.some((bytes) => bytes.includes(text ?? 'no text')),
      );
    };
    expect(await traces()).toHaveLength(13);
    system.world.advance(5 * 60_000);
    const { database, keyring, world } = system;
    const sender = { keepsText: true, send: async () => undefined };
    await sendMessages({ database, keyring, world, sender, failed: () => undefined });
    await sql`pragma wal_checkpoint(truncate)`.execute(database.sql);
    expect(await traces()).toEqual([]);
  });
});
