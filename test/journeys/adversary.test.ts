import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { codeField, passed, typeCode } from './support/check-page.ts';
import { anybody, foundInstitution, type Institution } from './support/institution.ts';
import { examIsClosed, goToExam, logIn } from './support/lms.ts';
import { registerPhone } from './support/outbox.ts';
import { beginCheck, greetings, heardBy, outcomeOf, type Site, startSite } from './support/site.ts';
import { openStage, type Stage } from './support/stage.ts';

describe('what others try', () => {
  let stage: Stage;
  let registered: Site;
  let stranger: Site;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    const motpUrl = () => stage.server.url;
    [registered, stranger] = await Promise.all([startSite(motpUrl), startSite(motpUrl)]);
    institution = await foundInstitution(stage.server, registered.origin);
  });
  afterEach(() => stage.sweep());
  afterAll(async () => {
    await stage?.close();
    await Promise.all([registered?.close(), stranger?.close()]);
  });

  async function visit(site: Site): Promise<Page> {
    const page = await (await stage.desk()).newPage();
    await page.goto(site.origin);
    return page;
  }

  it('C-1 and C-9 an unregistered site that opens or frames the page learns nothing, a registered one does', async () => {
    const learner = anybody();
    const phone = await registerPhone(stage.server, learner);
    const { url } = await institution.open(learner);
    const thief = await visit(stranger);
    const popping = thief.waitForEvent('popup');
    await thief.evaluate(`watch(open(${JSON.stringify(url)}))`);
    const stolen = await popping;
    await codeField(stolen).waitFor();
    await greetings(thief, 5);

    await thief.evaluate(`embed(${JSON.stringify(url)})`);
    await expect.poll(() => stage.complaints.join()).toMatch(/frame-ancestors/);
    const frame = thief.frameLocator('iframe');
    expect(await frame.getByRole('heading', { name: '본인인증' }).count()).toBe(0);

    const friend = await visit(registered);
    await friend.evaluate(`embed(${JSON.stringify(url)})`);
    await codeField(friend.frameLocator('iframe')).waitFor();
    await expect.poll(async () => (await heardBy(friend)).length).toBeGreaterThan(0);

    await typeCode(stolen, phone.code());
    await passed(stolen);
    await stolen.getByText('이 창을 닫아도 됩니다.').waitFor();
    // Two seconds is how long success is announced before the page would say it to whoever may hear.
    await greetings(thief, 150);
    expect(await heardBy(thief)).toEqual([]);
    expect(stolen.isClosed()).toBe(false);
  });

  it('C-9 Motp.check() shows no other origin’s page and believes no message but its own page’s about its own check', async () => {
    const site = await visit(registered);
    const { host } = new URL(stage.server.url);
    const elsewhere = [
      ...['https://evil.example/check/x', `http://${host}.evil.example/check/x`, '/check/x', ''],
      ...[`http://${host}@evil.example/check/x`, `http://${host}/app/`, 'javascript:alert(1)'],
    ];
    for (const url of elsewhere) {
      await beginCheck(site, url);
      await expect.poll(() => outcomeOf(site), { message: url }).toEqual({ code: 'wrong-origin' });
    }

    const learner = anybody();
    const phone = await registerPhone(stage.server, learner);
    const check = await institution.open(learner);
    const other = await institution.open(learner);
    await site.evaluate(`embed(${JSON.stringify(other.url)})`);
    await beginCheck(site, check.url, { check: check.id });
    // A second click means the same check.
    await beginCheck(site, check.url, { check: check.id });
    const page = site.getByRole('dialog', { name: '본인인증' }).frameLocator('iframe');
    await codeField(page).waitFor();
    await forge(site, site, check.id);
    await forge(site, frameOf(site, other.url), check.id);
    await forge(site, frameOf(site, check.url), other.id);
    expect(await outcomeOf(site)).toBe('pending');

    await typeCode(page, phone.code());
    await passed(page);
    await expect
      .poll(async () => JSON.stringify(await heardBy(site)))
      .toContain(`"motp:passed","receipt":"ey`);
    // Who closes it while success is announced has passed all the same.
    await site.getByRole('button', { name: '본인인증 닫기' }).click();
    await expect.poll(() => outcomeOf(site)).toHaveProperty('receipt');
    const { receipt } = (await outcomeOf(site)) as { receipt: string };
    expect(claimsOf(receipt)).toMatchObject({ jti: check.id, sub: `t-${learner.phone}`, aud: 'hanbit' });
    expect(claimsOf(receipt)).toEqual(claimsOf((await institution.check(check.id)).receipt ?? ''));
  });

  it('C-8 the LMS’s server opens nothing for a forged, an altered or another learner’s receipt', async () => {
    const phone = await registerPhone(stage.server, { name: '김영희', phone: '010-8765-4321' });
    const kim = await logIn(await stage.desk(), stage.server, '김영희');
    await goToExam(kim);
    await kim.getByRole('button', { name: '본인인증 하기' }).click();
    const sending = kim.waitForRequest('**/receipts/**');
    await typeCode(kim.getByRole('dialog').frameLocator('iframe'), phone.code());
    const { receipt } = (await sending).postDataJSON() as { receipt: string };

    const hong = await logIn(await stage.desk(), stage.server, '홍길동');
    await goToExam(hong);
    const [header, , signature] = receipt.split('.');
    // The page names the check that the LMS's server waits for; no learner sees it.
    const id = await hong.locator('#gate').getAttribute('data-check');
    const altered = encode({ ...claimsOf(receipt), sub: 'trainee-17', jti: id });
    const unsigned = encode({ alg: 'none', typ: 'motp-receipt+jwt' });
    const answers = {
      another: await bring(hong, receipt),
      altered: await bring(hong, `${header}.${altered}.${signature}`),
      unsigned: await bring(hong, `${unsigned}.${altered}.`),
      nonsense: await bring(hong, 'passed'),
    };
    expect(answers).toEqual({
      another: { status: 403, code: 'wrong-check' },
      altered: { status: 403, code: 'tampered' },
      unsigned: { status: 403, code: 'malformed' },
      nonsense: { status: 403, code: 'malformed' },
    });
    await hong.goto(`${stage.server.lmsUrl}/study/safety-101/exam/1`);
    await examIsClosed(hong);
  });
});

/** Success as the check page would say it. Resolves when the site has heard all of it. */
async function forge(site: Page, from: Pick<Page, 'evaluate'>, check: string): Promise<void> {
  const last = { forged: Math.random() };
  const forged = [
    { type: 'motp:passed', check, receipt: 'forged' },
    { type: 'motp:done', check },
    { type: 'motp:left', check, code: 'closed' },
    last,
  ];
  await from.evaluate(`for (const message of ${JSON.stringify(forged)}) parent.postMessage(message, '*')`);
  await expect.poll(async () => (await heardBy(site)).map(({ data }) => data)).toContainEqual(last);
}

function frameOf(site: Page, url: string) {
  const frame = site.frames().find((each) => each.url() === url);
  if (!frame) throw new Error('the site shows no such frame');
  return frame;
}

const claimsOf = (receipt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString());

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Brings a receipt to the LMS's server, as its own page would. */
async function bring(lms: Page, receipt: string): Promise<unknown> {
  const body = JSON.stringify(JSON.stringify({ receipt }));
  return lms.evaluate(`
    fetch('/receipts/safety-101/exam/1', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${body} })
      .then(async (reply) => ({ status: reply.status, ...(await reply.json()) }))`);
}
