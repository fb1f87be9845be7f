import { afterEach, describe, expect, it } from 'vitest';
import { LMS_ORIGIN, type System, startSystem } from './support/system.ts';

describe('pages', () => {
  let system: System;
  afterEach(() => system?.close());

  const get = (path: string, host = 'localhost:4000') =>
    system.send({ method: 'GET', path, headers: { host, accept: 'text/html' } });
  const policyOf = async (path: string) => String((await get(path)).headers['content-security-policy']);

  it('C-2 the check page may be framed by the institution’s origins and sets no cookie', async () => {
    system = await startSystem('sqlite');
    const { token } = await system.openCheck();
    const page = await get(`/check/${token}`);
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain(`frame-ancestors ${LMS_ORIGIN}`);
    expect(page.headers).not.toHaveProperty('x-frame-options');
    expect(page.headers).not.toHaveProperty('set-cookie');
    expect(page.headers).toMatchObject({
      'cross-origin-opener-policy': 'unsafe-none',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect((await get('/check/unknown')).status).toBe(404);
    expect((await get('/sdk.js')).headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('R-4a app and API reference are kept apart: the reference has no origin of its own', async () => {
    system = await startSystem('sqlite');
    expect(await policyOf('/docs')).toContain('sandbox allow-scripts allow-popups');
    expect(await policyOf('/docs')).not.toContain('allow-same-origin');
    expect(await policyOf('/app/')).toContain("script-src 'self';");
    expect(await policyOf('/app/')).toContain("frame-ancestors 'none'");
    const bare = await get('/app');
    expect([bare.status, bare.headers.location]).toEqual([308, '/app/']);
  });

  it('R-4a with an origin of its own the app’s host serves the app and nothing else', async () => {
    system = await startSystem('sqlite', { appUrl: 'http://app.localhost:4000' });
    const appHost = 'app.localhost:4000';
    const { token } = await system.openCheck();
    expect((await get('/app/', appHost)).status).toBe(200);
    expect((await get('/app-api/time', appHost)).status).toBe(200);
    for (const path of ['/docs', `/check/${token}`, '/demo/outbox', '/v1/checks/x', '/metrics']) {
      expect([path, (await get(path, appHost)).json?.code]).toEqual([path, 'wrong-host']);
    }
    const moved = await get('/app/?source=installed');
    expect([moved.status, moved.headers.location]).toEqual([308, `http://${appHost}/app/?source=installed`]);
    const state = await system.send({ method: 'GET', path: `/check/${token}/state` });
    expect(state.json.install.url).toBe(`http://${appHost}/app/`);
  });

  it('C-6 the window of an identity check keeps its opener, is stored nowhere and framed by nobody', async () => {
    system = await startSystem('sqlite');
    for (const path of ['/identity/go', '/identity/return/idt_1?code=x']) {
      const page = await get(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.headers).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'unsafe-none',
        'referrer-policy': 'no-referrer',
      });
      expect(page.headers['content-security-policy']).toMatch(/script-src 'self';.* frame-ancestors 'none'$/);
      expect(page.text).toContain('<meta name="motp-app-origin" content="http://localhost:4000">');
    }
  });

  it('R-4a a provider’s script is let in only where the app has an origin of its own, and never there', async () => {
    system = await startSystem('sqlite');
    expect((await get('/identity/portone')).status).toBe(404);
    await system.close();
    system = await startSystem('sqlite', { appUrl: 'http://app.localhost:4000' });
    expect(await policyOf('/identity/portone')).toContain("script-src 'self' https://cdn.portone.io");
    expect(await policyOf('/identity/go')).toContain("script-src 'self';");
    expect((await get('/identity/go')).text).toContain('content="http://app.localhost:4000"');
    for (const path of ['/identity/portone', '/identity/go', '/identity/return/idt_1']) {
      expect([path, (await get(path, 'app.localhost:4000')).json?.code]).toEqual([path, 'wrong-host']);
    }
  });

  it('P-5 outside demo mode there is no outbox', async () => {
    system = await startSystem('sqlite', { demo: false });
    expect((await get('/demo/outbox')).status).toBe(404);
    expect((await get('/v1/nothing')).status).toBe(404);
  });
});
