import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Phone } from '../../apps/server/test/support/phone.ts';
import { byHttp } from '../../apps/server/test/support/transport.ts';
import { expectAccessible, withAxe } from './support/access.ts';
import { enterPasscode, fillPerson, fillRegistration, openApp, shownCode } from './support/app.ts';
import { codeField, passed, typeCode } from './support/check-page.ts';
import { endWindow, openWindow } from './support/identity-window.ts';
import { anybody, foundInstitution, type Institution, type Person } from './support/institution.ts';
import { newestCode, registerPhone, smsCode } from './support/outbox.ts';
import { openStage, type Stage, startDemo } from './support/stage.ts';
import { certifyInApp, otherThan, registrationOf } from './support/troubles.ts';

/** 360 and 1280 px wide. */
const PLACES = ['phone', 'desk'] as const;

describe('registering when a message does not do', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  async function startApp(place: 'phone' | 'desk'): Promise<Page> {
    const context = await stage[place]();
    await withAxe(context);
    const app = await openApp(context, stage.server);
    await app.getByRole('button', { name: '등록 시작' }).click();
    return app;
  }

  /** The registration is done: its app passes a check, whose receipt says that an identity check proved it. */
  async function passes(app: Page, learner: Person): Promise<void> {
    await app.getByText('등록을 마쳤습니다. 방금 정한 앱 비밀번호를 입력해 주세요.').waitFor();
    await enterPasscode(app);
    const { id, url } = await institution.open(learner);
    const check = await (await stage.desk()).newPage();
    await check.goto(url);
    await codeField(check).waitFor();
    await typeCode(check, await shownCode(app));
    await passed(check);
    const { receipt } = await institution.check(id);
    expect(registrationOf(receipt)).toMatchObject({ proof: 'identity' });
  }

  it.each(PLACES)(
    'R-2a a number with another name asks for an identity check after its right code, on the %s',
    async (place) => {
      const before = anybody('홍길동');
      const learner = { ...before, name: '김영희' };
      await registerPhone(stage.server, before);
      const earlier = await newestCode(stage.server, learner.phone);
      const app = await startApp(place);
      await fillRegistration(app, learner);
      const code = await smsCode(stage.server, learner.phone, earlier);
      const field = app.getByRole('textbox', { name: '문자로 받은 6자리 번호' });
      await field.fill(otherThan(code));
      await app.getByRole('button', { name: '등록 완료' }).click();
      // Nothing is said of another name until the number is proved.
      await app.getByText('번호가 맞지 않습니다. 4번 더 입력할 수 있습니다.').waitFor();
      await field.fill(code);
      await app.getByRole('button', { name: '등록 완료' }).click();
      await app.getByRole('heading', { name: '본인인증으로 확인해야 합니다' }).waitFor();
      await app.getByText(/^문자 번호는 맞습니다\. 다만 이 번호는 다른 이름으로 등록되어 있거나/).waitFor();
      await app.reload();
      await app.getByRole('heading', { name: '본인인증으로 확인해야 합니다' }).waitFor();
      await certifyInApp(app, stage.server, before);
      await app.getByText(/^본인인증한 이름이 등록 정보의 이름과 다릅니다\./).waitFor();
      await certifyInApp(app, stage.server, learner);
      await passes(app, learner);
    },
  );

  it('R-2 while messages cannot be sent the page says so, and 휴대폰 registers instead', async () => {
    const learner = anybody();
    const app = await startApp('phone');
    await failDeliveries(app);
    await fillRegistration(app, learner);
    await app
      .getByText('지금은 문자를 보내지 못하고 있습니다. 아래의 본인인증으로 바로 등록할 수 있습니다.')
      .waitFor();
    expect(await app.getByText(/번호로 문자를 보냈습니다/).count()).toBe(0);
    await expectAccessible(app, 'no messages now');
    await certifyInApp(app, stage.server, learner);
    await passes(app, learner);
  });

  it('R-2 a message that does not come: 휴대폰 instead, which may be cancelled, fail and be tried again', async () => {
    const learner = anybody();
    const app = await startApp('phone');
    await fillRegistration(app, learner);
    await app.getByText('문자가 오지 않나요?').click();
    const button = app.getByRole('button', { name: '휴대폰 본인인증으로 확인' });
    const cancelled = await openWindow(app, button);
    await endWindow(cancelled, 'cancelled');
    await app.getByText('본인인증을 취소했습니다. 계속하려면 다시 눌러 주세요.').waitFor();
    const failed = await openWindow(app, button);
    await endWindow(failed, 'failed');
    await app.getByText('본인인증을 마치지 못했습니다. 다시 시도해 주세요.').waitFor();
    await certifyInApp(app, stage.server, learner);
    await passes(app, learner);
  });

  it('R-2 ten wrong codes close the messages to a number for the day, across a restart, and 휴대폰 registers', async () => {
    const learner = anybody();
    await guessTenTimes(stage, learner);
    await restart(stage, { MOTP_LIMITS: 'on' });
    const app = await startApp('phone');
    await fillRegistration(app, learner);
    await app.getByText(/^이 번호의 문자 확인이 오늘은 닫혔습니다\./).waitFor();
    await expectAccessible(app, 'messages closed');
    await app.getByRole('button', { name: '문자 대신 본인인증으로 등록' }).click();
    await app.getByRole('heading', { name: '본인인증을 해 주세요' }).waitFor();
    await certifyInApp(app, stage.server, learner);
    await passes(app, learner);
  });

  it.each(PLACES)(
    'R-2 where MOTP_PROOF is identity, a certified identity check alone registers, on the %s',
    async (place) => {
      await restart(stage, { MOTP_PROOF: 'identity' });
      const learner = anybody();
      const app = await startApp(place);
      await fillPerson(app, learner);
      await app.getByText('예: 010-1234-5678. 이 번호로 휴대폰 본인인증을 합니다.').waitFor();
      await app.getByRole('button', { name: '본인인증으로 계속' }).click();
      await app.getByRole('heading', { name: '본인인증을 해 주세요' }).waitFor();
      await expectAccessible(app, 'identity check instead of a message');
      expect(await newestCode(stage.server, learner.phone)).toBeUndefined();
      const other = anybody();
      await certifyInApp(app, stage.server, { ...learner, phone: other.phone });
      await app.getByText(/^본인인증한 휴대폰 번호가 등록 정보의 번호와 다릅니다\./).waitFor();
      await certifyInApp(app, stage.server, learner);
      await passes(app, learner);
    },
  );
});

/** The same server with other settings. */
async function restart(stage: Stage, env: Record<string, string>): Promise<void> {
  const { folder, port } = stage.server;
  await stage.server.stop();
  stage.server = await startDemo({ folder, port, env });
}

/** As if the sender of messages were down: what the server says of a message is replaced on its way. */
const failDeliveries = (app: Page): Promise<unknown> =>
  app.route(/\/app-api\/registrations\/reg_[^/]*$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), delivery: 'failing' } });
  });

/** Five wrong codes for each of two pending registrations of one number. */
async function guessTenTimes({ server }: Stage, person: Person): Promise<void> {
  for (let begun = 0; begun < 2; begun++) {
    const before = await newestCode(server, person.phone);
    const phone = await Phone.make(byHttp(server.url), server.url);
    const { registration } = (await phone.begin({ ...person })).json;
    const code = await smsCode(server, person.phone, before);
    for (let nth = 1; nth <= 5; nth++) {
      const { json } = await phone.prove(registration, otherThan(code, nth));
      expect(json).toMatchObject({ code: 'wrong-proof', triesLeft: 5 - nth });
    }
  }
}
