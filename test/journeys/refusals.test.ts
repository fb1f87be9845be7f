import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { enterPasscode, register, registeredApp, shownCode } from './support/app.ts';
import { openCheckPage, passed, refused, triesLeft, typeCode, WRONG } from './support/check-page.ts';
import { anybody, foundInstitution, type Institution, type Person } from './support/institution.ts';
import { registerPhone } from './support/outbox.ts';
import { openStage, type Stage } from './support/stage.ts';

const MINUTES = 60_000;
const HOURS = 60 * MINUTES;

describe('what the check page says', () => {
  let stage: Stage;
  let institution: Institution;

  beforeAll(async () => {
    stage = await openStage();
    institution = await foundInstitution(stage.server, 'http://127.0.0.1:4999');
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage?.close());

  const openCheck = (learner: Person) => openCheckPage(stage, institution, learner);

  it('C-4 a wrong, an old and a used code are told apart beside the field, with the tries that are left', async () => {
    const learner = anybody();
    const phone = await registerPhone(stage.server, learner);
    const check = await openCheck(learner);
    await triesLeft(check, 5);
    await typeCode(check, '12 34');
    await refused(check, '숫자 6자리를 입력해 주세요. mOTP 앱에 지금 나오는 번호입니다.');
    await typeCode(check, phone.wrongCode());
    await refused(check, WRONG(4));
    await triesLeft(check, 4);
    await typeCode(check, phone.code(Date.now() - 3 * MINUTES));
    await refused(check, '시간이 지난 인증번호입니다. 앱에 지금 나오는 새 번호를 입력해 주세요.');
    await triesLeft(check, 4);
    const code = phone.code();
    // As it is read aloud and typed by many.
    await typeCode(check, `${code.slice(0, 3)} ${code.slice(3)}`);
    await passed(check);

    const next = await openCheck(learner);
    await triesLeft(next, 5);
    await typeCode(next, code);
    await refused(next, '이미 사용한 인증번호입니다. 앱에 새 번호가 나올 때까지 기다렸다가 입력해 주세요.');
    await next.getByText(/^새 번호까지 약 \d+초$/).waitFor();
    await triesLeft(next, 5);
  });

  it('C-5 five wrong codes lock; page and app say so, and registering again is the way on', async () => {
    const learner = anybody();
    const app = await registeredApp(await stage.phone(), stage.server, learner);
    const shown = await shownCode(app);
    const check = await openCheck(learner);
    for (const [nth, code] of wrongCodes(shown).entries()) {
      await typeCode(check, code);
      if (nth < 4) await refused(check, WRONG(4 - nth));
    }
    await refused(check, '인증번호를 5번 잘못 입력하여 인증이 잠겼습니다.');
    await check
      .getByText(/^mOTP 앱에서 등록 초기화를 누르고 다시 등록하면 바로 인증할 수 있습니다\./)
      .first()
      .waitFor();
    await typeCode(check, shown);
    await refused(
      check,
      '인증이 잠겨 있습니다. 인증번호를 여러 번 잘못 입력했거나, 본인이 등록한 앱이 아니라는 신고가 있었습니다.',
    );

    await app.reload();
    await enterPasscode(app);
    await app.getByRole('heading', { name: '인증이 잠겼습니다' }).waitFor();
    await app.getByRole('button', { name: '초기화하고 다시 등록' }).click();
    await app.getByRole('dialog').getByRole('button', { name: '초기화', exact: true }).click();
    await register(app, stage.server, learner);
    await enterPasscode(app);
    await typeCode(check, await shownCode(app));
    await passed(check);
  });

  it('C-3 a name typed with spaces, or decomposed as some keyboards do, is the same name', async () => {
    const learner = anybody('홍길동');
    const typed = { ...learner, name: ' 홍 길동 '.normalize('NFD') };
    expect(typed.name).not.toContain('홍');
    const app = await registeredApp(await stage.phone(), stage.server, typed);
    const check = await openCheck(learner);
    const code = await shownCode(app);
    await typeCode(check, code);
    await passed(check);

    // The name as the LMS knows it, too: its used code could not be named if it were somebody else's.
    const next = await openCheck({ ...learner, name: '홍\u3000길 동'.normalize('NFD') });
    await triesLeft(next, 5);
    await typeCode(next, code);
    await refused(next, '이미 사용한 인증번호입니다. 앱에 새 번호가 나올 때까지 기다렸다가 입력해 주세요.');

    const other = await openCheck({ ...learner, name: '김영희' });
    await typeCode(other, '123456');
    await refused(other, '앱에 등록된 이름이 훈련기관의 이름과 다릅니다.');
    await other.getByText(/^훈련기관 회원정보의 이름이 맞는지 살펴 주세요\./).waitFor();
  });

  it('T-3 and C-4a a phone nine hours off is right once it was online; else its clock is named', async () => {
    const abroad = anybody();
    const phone = await stage.phone();
    const app = await phone.newPage();
    await app.clock.install({ time: Date.now() + 9 * HOURS });
    await app.goto(`${stage.server.url}/app/`);
    await register(app, stage.server, abroad);
    await enterPasscode(app);
    await app.getByRole('heading', { name: '시계를 맞췄습니다' }).waitFor();
    await app.getByText(/^휴대폰 시계가 9시간 다릅니다\./).waitFor();
    await app.getByRole('button', { name: '인증번호 보기' }).click();
    const check = await openCheck(abroad);
    await typeCode(check, await shownCode(app));
    await passed(check);

    const offline = anybody();
    const uncorrected = await registerPhone(stage.server, offline);
    const next = await openCheck(offline);
    await typeCode(next, uncorrected.code(Date.now() + 9 * HOURS));
    await refused(
      next,
      '휴대폰 시계가 약 9시간 빠릅니다. 인터넷에 연결한 채 앱을 한 번 열었다가, 새로 나오는 번호를 입력해 주세요. 4번 더 입력할 수 있습니다.',
    );
    await next.getByText('휴대폰 시계를 직접 바꾸지 않아도 됩니다. 앱이 스스로 맞춥니다.').waitFor();
    await typeCode(next, uncorrected.code());
    await passed(next);
  });

  it('C-9 a lost reply is found again, whether the code was judged or not', async () => {
    const learner = anybody();
    const phone = await registerPhone(stage.server, learner);
    const check = await openCheck(learner);
    await check.route('**/code', (route) => route.abort(), { times: 1 });
    await typeCode(check, phone.code());
    await refused(
      check,
      '연결이 끊겨 확인하지 못했습니다. 아직 인증되지 않았으니 인증하기를 다시 눌러 주세요.',
    );
    await loseReply(check);
    await check.getByRole('button', { name: '인증하기' }).click();
    await passed(check);

    const again = anybody();
    const another = await registerPhone(stage.server, again);
    const silent = await openCheck(again);
    await loseReply(silent);
    await silent.route('**/state', (route) => route.abort(), { times: 1 });
    await typeCode(silent, another.code());
    await refused(
      silent,
      '서버와 연결되지 않아 결과를 아직 모릅니다. 인터넷 연결을 살핀 뒤 결과를 확인해 주세요.',
    );
    await silent.getByRole('button', { name: '결과 확인하기' }).click();
    await passed(silent);
  });
});

/** Five codes that are none of the phone's around now, and no two the same. */
const wrongCodes = (shown: string): string[] =>
  [1, 2, 3, 4, 5].map((more) => String((Number(shown) + more) % 1_000_000).padStart(6, '0'));

/** The server takes the next code, and its answer never arrives. */
async function loseReply(check: Page): Promise<void> {
  await check.route(
    '**/code',
    async (route) => {
      const reply = await route.fetch();
      expect((await reply.json()).outcome).toBe('passed');
      await route.abort();
    },
    { times: 1 },
  );
}
