import type { Learner, ReceiptClaims } from '@motp/lms-sdk';
import { course, lessons, type RoomName, roomNames, rooms } from './course.ts';
import type { Decision } from './gate.ts';
import { type Html, html } from './html.ts';
import { questions } from './questions.ts';
import type { Session } from './sessions.ts';
import type { Settings } from './settings.ts';

export function welcomePage(settings: Settings, learners: readonly Learner[]): Html {
  const people = learners.map(
    ({ id, name, phone }) => html`<form method="post" action="/login">
      <button class="person" name="learner" value="${id}"><b>${name}</b><span>${phone}</span></button>
    </form>`,
  );
  return layout(
    settings,
    null,
    '로그인',
    html`<section class="box narrow">
    <h1>로그인</h1>
    <p>체험할 훈련생을 고르세요. 비밀번호는 없습니다.</p>
    <div class="people">${people}</div>
  </section>`,
  );
}

export function coursePage(settings: Settings, session: Session): Html {
  const rows = lessons.map(
    (title, index) =>
      html`<li><span class="no">${index + 1}차시</span>${title}<span class="seen">학습 완료</span></li>`,
  );
  const entries = roomNames.map(
    (name) => html`<li>
      <div><b>${rooms[name].title}</b><span>${rooms[name].about}</span></div>
      <a class="go" href="/rooms/${name}">${session.open.has(name) ? '이어서 하기' : '응시하기'}<span class="hidden"> ${rooms[name].title}</span></a>
    </li>`,
  );
  return layout(
    settings,
    session,
    course.title,
    html`<section class="hero">
      <p>사업주훈련 · 원격</p>
      <h1>${course.title}</h1>
      <p>2026-11-01 ~ 2026-11-30 · 진도율 <b>100%</b></p>
    </section>
    <div class="two">
      <section class="box"><h2>강의 목차</h2><ol class="lessons">${rows}</ol></section>
      <section class="box"><h2>평가 · 과제</h2>
        <p>응시하기 전에 모바일 OTP로 본인인증을 합니다.</p>
        <ul class="entries">${entries}</ul>
      </section>
    </div>`,
  );
}

export function gatePage(
  settings: Settings,
  session: Session,
  name: RoomName,
  { url, id, expiresAt }: Extract<Decision, { kind: 'check' }>,
): Html {
  return layout(
    settings,
    session,
    '본인인증',
    html`<section class="box narrow" id="gate" data-url="${url}" data-check="${id}" data-expires="${expiresAt}" data-room="${name}">
      <h1>${rooms[name].title} 응시 전 본인인증</h1>
      <p>${session.learner.name}님, ${course.title} ${rooms[name].title}에 들어가려면 본인인증을 해 주세요.</p>
      <p class="message" id="message" role="alert"></p>
      <button class="go big" data-display="dialog">본인인증 하기</button>
      <h2>다르게 열어 보기</h2>
      <p>훈련기관이 고를 수 있는 세 가지 방식입니다. 위 단추는 대화창입니다.</p>
      <div class="ways">
        <button data-display="dialog">대화창</button>
        <button data-display="popup">팝업</button>
        <a href="${url}">전체 화면</a>
      </div>
      <p><a href="/">강의실로 돌아가기</a></p>
    </section>
    <script src="${settings.motpUrl}/sdk.js"></script>
    <script src="/gate.js"></script>`,
  );
}

export function roomPage(
  settings: Settings,
  session: Session,
  name: RoomName,
  claims: ReceiptClaims | null,
): Html {
  return layout(
    settings,
    session,
    rooms[name].title,
    html`<section class="box">
      <h1>${course.title} ${rooms[name].title}</h1>
      <p>본인인증을 마쳤습니다. ${session.learner.name}님의 답안으로 저장됩니다.</p>
      <form method="post" action="/rooms/${name}" class="exam">${questions(name)}
        <button class="go big">제출하기</button>
      </form>
    </section>
    ${claims === null ? null : receiptBox(claims)}`,
  );
}

function receiptBox(claims: ReceiptClaims): Html {
  return html`<details class="box receipt">
    <summary>서버가 확인한 인증 확인서 (개발자용)</summary>
    <p>브라우저가 아니라 이 사이트의 서버가 서명, 훈련기관, 훈련생, 인증 번호, 시각을 확인했습니다.</p>
    <pre>${JSON.stringify(claims, null, 2)}</pre>
  </details>`;
}

export function submittedPage(settings: Settings, session: Session, name: RoomName): Html {
  return layout(
    settings,
    session,
    '제출 완료',
    html`<section class="box narrow">
    <h1>제출하였습니다</h1>
    <p>${rooms[name].title} 답안을 받았습니다. 다시 응시하려면 본인인증을 새로 합니다.</p>
    <p><a class="go" href="/">강의실로 돌아가기</a></p>
  </section>`,
  );
}

export function refusedPage(settings: Settings, session: Session, name: RoomName, decision: Decision): Html {
  return layout(
    settings,
    session,
    '들어갈 수 없습니다',
    html`<section class="box narrow">
    <h1>아직 들어갈 수 없습니다</h1>
    <p>${reason(decision)}</p>
    <p><a class="go" href="/gate/${name}">다시 시도</a> <a href="/">강의실로 돌아가기</a></p>
    <p class="code">${'code' in decision ? decision.code : null}</p>
  </section>`,
  );
}

function reason(decision: Decision): string {
  if (decision.kind === 'unavailable') {
    return '본인인증 서비스와 연결되지 않았습니다. 잠시 뒤에 다시 시도해 주세요. 답안과 진도는 그대로 있습니다.';
  }
  if (decision.kind !== 'blocked') return '본인인증을 확인하지 못했습니다. 처음부터 다시 인증해 주세요.';
  const until = new Date(decision.until).toLocaleString('ko-KR', { timeZone: 'Asia/Seoul' });
  return `오늘 들을 수 있는 만큼 모두 들었습니다. ${until} 이후에 이어서 하세요.`;
}

function layout(settings: Settings, session: Session | null, title: string, content: Html): Html {
  const account = session
    ? html`<form method="post" action="/logout"><span>${session.learner.name}님</span><button>로그아웃</button></form>`
    : null;
  return html`<!doctype html>
<html lang="ko">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} - 한빛원격평생교육원</title>
  <link rel="stylesheet" href="/font/pretendardvariable-dynamic-subset.css">
  <link rel="stylesheet" href="/site.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <aside class="demo">
    <b>이 데모에서는</b> 가상의 훈련기관 사이트에서 본인인증을 체험합니다.
    휴대폰이 없으면 <a href="${settings.motpUrl}/app/" target="_blank" rel="noopener">mOTP 앱</a>과
    <a href="${settings.motpUrl}/demo/outbox" target="_blank" rel="noopener">문자함</a>을 이 컴퓨터에서 열어 두세요.
  </aside>
  <header class="site"><a class="brand" href="/">한빛원격평생교육원</a>${account}</header>
  <main>${content}</main>
  <footer class="site">한빛원격평생교육원은 예시로 만든 가상의 훈련기관입니다.</footer>
</body>
</html>`;
}
