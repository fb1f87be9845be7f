import { afterEach, beforeEach, expect, it } from 'vitest';
import { addInstitution } from '../../apps/server/src/institutions/add-institution.ts';
import { PUBLIC_URL, type System, startSystem, TestWorld } from '../../apps/server/test/support/system.ts';
import { freePort } from '../../test/support/free-port.ts';
import { endProcess, type Sample, startProcess } from './sample.fixture.ts';
import { secret, signedWebhook } from './webhooks.fixture.ts';

let system: System;
let running: ReturnType<typeof startProcess>;
let origin: string;
let apiKey: string;

async function startSite(sample: Sample, keysFile: string): Promise<void> {
  system = await startSystem('sqlite', { world: new TestWorld(Date.now()) });
  const url = await system.app.server.listen({ host: '127.0.0.1', port: 0 });
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const institution = { id: 'hanbit', name: '한빛', origins: [origin] };
  const added = await addInstitution(system.database, system.world, institution);
  if (added.kind !== 'added') throw new Error(added.problems.join());
  apiKey = added.apiKey;
  running = startProcess(sample.site(port), {
    ...{ MOTP_URL: url, MOTP_ISSUER: PUBLIC_URL, MOTP_API_KEY: apiKey, MOTP_INSTITUTION: 'hanbit' },
    ...{ MOTP_ALLOW_DEMO: 'yes', MOTP_KEYS_FILE: keysFile, MOTP_WEBHOOK_SECRET: secret, LMS_ORIGIN: origin },
  });
  await expect
    .poll(
      () =>
        fetch(`${origin}/`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 15_000 },
    )
    .toBe(404);
}

/** A browser with its cookie. */
function browser() {
  let cookie = '';
  return async (address: string) => {
    const reply = await fetch(new URL(address, origin), { headers: { cookie } });
    cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const text = await reply.text();
    return { status: reply.status, text, link: /href="([^"]+)"/.exec(text)?.[1] ?? '' };
  };
}

export function site(sample: Sample, keysFile: () => string): void {
  beforeEach(() => startSite(sample, keysFile()));
  afterEach(async () => {
    await endProcess(running);
    await system.close();
  });

  it('C-1, C-8 and C-10: the twenty lines open the exam after its check was passed, and not before', async () => {
    const phone = await system.registered();
    const visit = browser();
    const gate = await visit('/exam');
    expect([gate.status, gate.text]).toEqual([200, expect.stringContaining('본인인증이 필요합니다')]);
    expect(gate.link.startsWith(`${PUBLIC_URL}/check/`)).toBe(true);
    expect((await visit('/exam')).link).toBe(gate.link);

    const token = new URL(gate.link).pathname.split('/')[2] ?? '';
    const { json: state } = await system.send({ method: 'GET', path: `/check/${token}/state` });
    expect((await visit(`/exam?motp_check=${state.id}`)).text).not.toContain('시험 문제');
    const { json: passed } = await system.answer(token, phone.code());
    expect(passed.returnUrl).toBe(`${origin}/exam?motp_check=${state.id}`);
    expect((await visit(passed.returnUrl)).text).toContain('시험 문제');
    expect((await visit('/exam')).text).toContain('시험 문제');
  });

  it('C-9 and O-6: while the server is gone nothing opens, and the log names no secret', async () => {
    await system.app.server.close();
    const { status, text } = await browser()('/exam');
    expect([status, text]).toEqual([503, expect.stringContaining('잠시 후 다시 시도해 주세요')]);
    expect(text).not.toContain('시험 문제');
    expect(running.log()).toContain('motp: unreachable');
    for (const word of [apiKey, '홍길동', '1234-5678', secret]) expect(running.log()).not.toContain(word);
  });

  it('its address for webhooks answers 204 to ours and 400 to anything else', async () => {
    const body = JSON.stringify({ type: 'check.passed', timestamp: new Date().toISOString(), data: {} });
    const headers = signedWebhook(body, Math.floor(Date.now() / 1000));
    const post = async (sent: string) =>
      (await fetch(`${origin}/motp/webhook`, { method: 'POST', headers, body: sent })).status;
    expect([await post(body), await post(`${body} `)]).toEqual([204, 400]);
    expect(running.log()).toContain('motp: check.passed');
  });
}
