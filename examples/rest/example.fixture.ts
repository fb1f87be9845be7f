import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { answers } from './answers.fixture.ts';
import { keys, receipts } from './receipts.fixture.ts';
import { Calls, type Example, type Sample } from './sample.fixture.ts';
import { againstTheServer } from './server.fixture.ts';
import { site } from './site.fixture.ts';
import { webhooks } from './webhooks.fixture.ts';

/** What an example that speaks plain REST has to do, whatever its language. */
export function restExample(sample: Sample): void {
  let calls: Calls;
  let folder: string;
  let nth = 0;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'motp-example-'));
    calls = new Calls(sample);
  });
  afterAll(async () => {
    await calls.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const example: Example = {
    call: (name, fields) => calls.call(name, fields),
    settings(url, more = {}) {
      nth += 1;
      const keysFile = join(folder, `keys-${nth}.json`);
      return { url, apiKey: 'secret-key', institution: 'hanbit', keysFile, ...more };
    },
  };
  describe('against the real server', () => againstTheServer(example));
  describe('receipts', () => receipts(example));
  describe('the server’s keys', () => keys(example));
  describe('what the server answers', () => answers(example));
  describe('webhooks', () => webhooks(example));
  describe('its site', () => site(sample, () => join(folder, 'site-keys.json')));
}
