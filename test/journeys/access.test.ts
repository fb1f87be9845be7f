import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { focused, tabTo } from './support/access.ts';
import { codeField, passed, refused, WRONG } from './support/check-page.ts';
import { foundInstitution, type Institution } from './support/institution.ts';
import { examIsOpen, goToExam, logIn } from './support/lms.ts';
import { registerPhone } from './support/outbox.ts';
import { lookAtApp, lookAtCheckPage } from './support/screens.ts';
import { openStage, type Stage } from './support/stage.ts';

describe('for everybody', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  it('C-2 the check is passed by keyboard alone, and Escape leads back to where it was opened', async () => {
    const phone = await registerPhone(stage.server, { name: '홍길동', phone: '010-1234-5678' });
    const lms = await logIn(await stage.desk(), stage.server, '홍길동');
    await goToExam(lms);
    await tabTo(lms, 'button 본인인증 하기');
    await lms.keyboard.press('Enter');
    const dialog = lms.getByRole('dialog', { name: '본인인증' });
    const check = dialog.frameLocator('iframe');
    await codeField(check).and(check.locator(':focus')).waitFor();
    await lms.keyboard.type(phone.wrongCode());
    await lms.keyboard.press('Enter');
    await refused(check, WRONG(4));
    await codeField(check).and(check.locator(':focus')).waitFor();

    await lms.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await lms.getByText('본인인증을 마치지 않고 닫았습니다. 준비되면 다시 눌러 주세요.').waitFor();
    expect(await focused(lms)).toBe('button 본인인증 하기');

    await lms.keyboard.press('Enter');
    await codeField(check).and(check.locator(':focus')).waitFor();
    await lms.keyboard.type(phone.code());
    await lms.keyboard.press('Tab');
    await check.getByRole('button', { name: '인증하기' }).and(check.locator(':focus')).waitFor();
    await lms.keyboard.press('Space');
    await passed(check);
    await examIsOpen(lms);
  });

  it('C-2, C-4, R-1 and T-2 every page and state holds against axe-core and at 320 px, in Korean and English', async () => {
    await lookAtCheckPage(stage, institution);
    await lookAtApp(stage);
  });

  it('R-4a the API reference shows the operations in a sandbox that reaches no storage of the app', async () => {
    const docs = await (await stage.desk()).newPage();
    await docs.goto(`${stage.server.url}/docs`);
    for (const path of ['/v1/checks', '/check/{token}/code', '/app-api/registrations']) {
      await docs.getByText(path, { exact: true }).first().waitFor();
    }
    expect(await docs.evaluate('self.origin')).toBe('null');
    const reading = 'try { localStorage.length; "read" } catch (error) { error.name }';
    expect(await docs.evaluate(`eval(${JSON.stringify(reading)})`)).toBe('SecurityError');
    expect(await docs.evaluate('indexedDB.databases().then(() => "read", (error) => error.name)')).not.toBe(
      'read',
    );
  });
});
