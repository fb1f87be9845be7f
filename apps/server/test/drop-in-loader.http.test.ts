import { afterEach, describe, expect, it } from 'vitest';
import { LMS_ORIGIN, type System, startSystem } from './support/system.ts';

const FOLDER = '/fdsService/hrdAPI';

describe('what pages for today’s mOTP load', () => {
  let system: System;
  afterEach(() => system?.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    system.send({ method: 'GET', path, headers });

  it('T-3 the script and the time that it asks for are for any site, in production too, and set no cookie', async () => {
    system = await startSystem('sqlite', { demo: false });
    const script = await get(`${FOLDER}/hrdFrameLoader.js?ver=2`, { origin: 'https://lms.example' });
    expect(script.status).toBe(200);
    expect(script.text).toBe('var hrdFrame;');
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
    });
    const time = await get(`${FOLDER}/time?1.5`, { origin: 'https://lms.example' });
    expect(time.status).toBe(200);
    // The script reads it letter by letter.
    expect(time.text).toBe(`{"now":${system.world.now()}}`);
    expect(time.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
    for (const reply of [script, time]) expect(reply.headers).not.toHaveProperty('set-cookie');
  });

  it('P-5 the test page is at the sample training site, and outside demo mode nowhere', async () => {
    system = await startSystem('sqlite');
    const page = await get('/demo/drop-in');
    expect([page.status, page.headers.location]).toEqual([302, `${LMS_ORIGIN}/drop-in`]);
    await system.close();
    system = await startSystem('sqlite', { demo: false });
    expect((await get('/demo/drop-in')).status).toBe(404);
  });
});
