import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handle } from './site.ts';
import { makeWorld } from './world.ts';

interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
  fields: Record<string, string>;
}

let servers: Server[];
let motpUrl: string;
let origin: string;
let asked: Asked[];
let motpAnswer: string;

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  [servers, asked, motpAnswer] = [[], [], '{"code":"AP001","status":"FAIL","msg":"no"}'];
  motpUrl = await listen(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const fields = Object.fromEntries(new URLSearchParams(body));
    asked.push({ path: request.url ?? '', headers: request.headers, fields });
    response.end(motpAnswer);
  });
  const settings = {
    ...{ motpUrl, apiKey: 'k', institution: 'hanbit', agtid: 'hanbit01', webhookSecret: 'whsec_' },
    ...{ host: '127.0.0.1', port: 0, origin: '' },
  };
  const world = makeWorld(settings);
  origin = await listen((request, response) => void handle(world, request, response));
  settings.origin = origin;
});
afterEach(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const post = (path: string, fields: Record<string, string>, from = origin) =>
  fetch(origin + path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: from } });

const forged = {
  ...{ USER_NM: '성춘향', USER_TEL: '01023456789', USRID: 'trainee-19', AGTID: 'other', EXIP: '1.1.1.1' },
  ...{ OTPNO: '123456', SESSIONID: 's-1', COURSE_AGENT_PK: 'safety-101', CLASS_AGENT_PK: 'safety-101,1' },
  ...{ EVAL_CD: '02', EVAL_TYPE: '시험', CLASS_TME: '01' },
};

describe('the page for today’s mOTP', () => {
  it('C-9 is there without signing in and may ask the mOTP server, which no other page of the site may', async () => {
    const page = await fetch(`${origin}/drop-in`);
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain(`<script src="${motpUrl}/fdsService/hrdAPI/hrdFrameLoader.js"></script>`);
    expect(text).toContain('name="AGTID" value="hanbit01"');
    expect(text).toContain('data-way="browser"');
    expect(page.headers.get('content-security-policy')).toContain(`connect-src 'self' ${motpUrl};`);
    const other = await fetch(origin);
    expect(other.headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect(await (await fetch(`${origin}/drop-in?way=server`)).text()).toContain('data-way="server"');
    expect(await (await fetch(`${origin}/drop-in?way=x`)).text()).toContain('data-way="browser"');
  });

  it('C-9 the site’s server asks with its key about the learner whom it knows, whatever the page says', async () => {
    const reply = await post('/drop-in/accredit', forged);
    expect(await reply.json()).toEqual({ code: 'AP001', msg: 'no' });
    expect(asked).toHaveLength(1);
    const [{ path, headers, fields } = { path: '', headers: {}, fields: {} }] = asked;
    expect([path, headers.authorization]).toEqual(['/api/v2/otp_accredit', 'Bearer k']);
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(fields).toMatchObject({
      ...{ AGTID: 'hanbit01', USRID: 'trainee-17', USER_NM: '홍길동', USER_TEL: '01012345678' },
      ...{ OTPNO: '123456', EVAL_CD: '02', EVAL_TYPE: '시험', CLASS_TME: '01' },
    });
  });

  it('C-9 the site vouches for a phone check of the learner whom it knows', async () => {
    await post('/drop-in/reset', { ...forged, M_RET: 'T', M_RETCD: '0000', M_TRNID: 't-1', M_TRNDT: '' });
    expect(asked.map(({ path }) => path)).toEqual(['/api/v2/user_reset']);
    expect(asked[0]?.fields).toMatchObject({
      USER_NM: '홍길동',
      USRID: 'trainee-17',
      M_RET: 'T',
      M_TRNID: 't-1',
    });
  });

  it('C-9 another site’s form is refused, and without an answer nothing opens', async () => {
    expect((await post('/drop-in/accredit', forged, 'http://evil.test')).status).toBe(403);
    expect((await post('/drop-in/nothing', forged)).status).toBe(404);
    expect((await post('/drop-in/outage', forged)).status).toBe(503);
    expect(asked).toEqual([]);
    motpAnswer = '{"code":"200","check":"chk_1","receipt":"a.b.c"}';
    expect(await (await post('/drop-in/accredit', forged)).json()).toEqual({ code: 'malformed' });
    motpAnswer = '<html>502</html>';
    expect(await (await post('/drop-in/accredit', forged)).json()).toEqual({ code: 'IE001' });
  });
});
