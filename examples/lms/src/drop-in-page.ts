import { readFileSync } from 'node:fs';
import type { Learner } from '@motp/lms-sdk';
import { type Html, html } from './html.ts';
import type { Settings } from './settings.ts';

// Read from the very files that run, as on the page for developers.
const server = readFileSync(new URL('../src/drop-in.ts', import.meta.url), 'utf8');
const browser = readFileSync(new URL('../public/drop-in.js', import.meta.url), 'utf8');

export const dropInWays = ['browser', 'receipt', 'server'] as const;
export type DropInWay = (typeof dropInWays)[number];

const ways: Readonly<Record<DropInWay, { tab: string; words: string }>> = {
  browser: {
    tab: '① 지금 그대로',
    words:
      '브라우저가 mOTP 서버에 묻고, 브라우저가 답을 보고 넘어갑니다. 바뀐 것은 호스트 이름뿐입니다. 훈련생의 브라우저가 결정하므로 본인이라는 증거가 되지 않습니다.',
  },
  receipt: {
    tab: '② 확인서 검증',
    words:
      '브라우저가 묻는 것은 같지만, 답에 든 확인서를 이 사이트의 서버가 검증한 뒤에 넘어갑니다. 페이지에 몇 줄만 더하면 됩니다.',
  },
  server: {
    tab: '③ 서버가 호출',
    words:
      '브라우저는 인증번호를 이 사이트의 서버에 보내고, 서버가 API 키로 mOTP 서버에 묻습니다. 이름과 번호도 서버가 아는 것을 씁니다.',
  },
};

const evaluations = [
  ['00', '입과', '00', '입과'],
  ['01', '진도', '01', '진도 1차시'],
  ['01', '진도', '09', '진도 9차시'],
  ['04', '진행평가', '01', '진행평가 1회'],
  ['02', '시험', '01', '시험 1회'],
  ['03', '과제', '01', '과제 1회'],
  ['99', '기타', '01', '기타'],
] as const;

/** Whom and what the page is for, as its server knows it. */
export interface DropInVisit {
  settings: Settings;
  learner: Learner;
  way: DropInWay;
  session: string;
  /** The learner's address, as the page tells it (EXIP). */
  ip: string;
}

/** A page for today's mOTP with another host name: as somebody else wrote it, years ago. */
export function dropInPage(visit: DropInVisit): Html {
  const { settings, way } = visit;
  return html`<!doctype html>
<html lang="ko">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>mOTP 본인인증 - 한빛원격평생교육원</title>
  <link rel="stylesheet" href="/font/pretendardvariable-dynamic-subset.css">
  <link rel="stylesheet" href="/drop-in.css">
  <link rel="icon" href="data:,">
</head>
<body>
<div id="wrap">
  <header id="head">한빛원격평생교육원 <span>훈련생 본인인증</span></header>
  <aside class="notice" aria-label="데모 안내"><b>데모</b> 지금의 mOTP에 맞춰 만든 훈련기관 페이지가 호스트 이름만 바꾸어 그대로 도는 모습입니다.
    <a href="${settings.motpUrl}/app/" target="_blank" rel="noopener">mOTP 앱</a>에서 등록하고
    (문자는 <a href="${settings.motpUrl}/demo/outbox" target="_blank" rel="noopener">문자함</a>에) 인증번호를 입력해 보세요.
    <a href="/">예시 학습 사이트</a></aside>
  <main id="body">
    <h1>mOTP 본인인증</h1>
    <nav aria-label="세 가지 방식"><ul class="tabs">${dropInWays.map((each) => tab(each, way))}</ul></nav>
    <p>${ways[way].words}</p>
    <ol class="guide">
      <li>스마트폰에서 mOTP 앱을 실행합니다.</li>
      <li>앱 화면에 나오는 6자리 번호를 아래 인증번호 칸에 입력합니다.</li>
      <li>앱에 등록한 이름과 휴대폰 번호가 아래와 일치해야 합니다.</li>
      <li>인증번호를 5회 잘못 입력하면 휴대폰 본인확인을 한 뒤 다시 사용할 수 있습니다.</li>
    </ol>
    ${otpForm(visit)}
    <p id="message" role="alert"></p>
    ${panels()}
    ${forDevelopers()}
  </main>
</div>
<script src="${settings.motpUrl}/fdsService/hrdAPI/hrdFrameLoader.js"></script>
<script src="/drop-in.js"></script>
</body>
</html>`;
}

function tab(each: DropInWay, current: DropInWay): Html {
  const href = each === 'browser' ? '/drop-in' : `/drop-in?way=${each}`;
  if (each === current) {
    return html`<li><a href="${href}" aria-current="page">${ways[each].tab}</a></li>`;
  }
  return html`<li><a href="${href}">${ways[each].tab}</a></li>`;
}

function otpForm({ settings, learner, way, session, ip }: DropInVisit): Html {
  const options = evaluations.map(
    ([code, type, time, label]) =>
      html`<option data-code="${code}" data-type="${type}" data-time="${time}">${label}</option>`,
  );
  return html`<form id="otp" data-motp="${settings.motpUrl}" data-way="${way}" autocomplete="off" novalidate>
      <input type="hidden" name="AGTID" value="${settings.agtid}">
      <input type="hidden" name="USRID" value="${learner.id}">
      <input type="hidden" name="SESSIONID" value="${session}">
      <input type="hidden" name="EXIP" value="${ip}">
      <input type="hidden" name="COURSE_AGENT_PK" value="safety-101">
      <input type="hidden" name="CLASS_AGENT_PK" value="safety-101,1">
      <table role="presentation">
        <tr><th><label for="name">이름</label></th>
          <td><input type="text" id="name" name="USER_NM" value="${learner.name}"></td></tr>
        <tr><th><label for="phone">휴대폰 번호</label></th>
          <td><input type="tel" id="phone" name="USER_TEL" value="${learner.phone}"></td></tr>
        <tr><th><label for="evaluation">인증 시점</label></th>
          <td><select id="evaluation">${options}</select></td></tr>
        <tr><th><label for="code">인증번호</label></th>
          <td><input type="text" id="code" name="OTPNO" inputmode="numeric" maxlength="12"
            autocomplete="one-time-code" aria-describedby="message"></td></tr>
      </table>
      <label class="check"><input type="checkbox" name="outage"> 개발자용: mOTP 시스템 장애를 흉내 냅니다</label>
      <div class="buttons"><button id="go">인증하기</button></div>
    </form>`;
}

function panels(): Html {
  return html`<section class="panel" id="locked" hidden>
      <h2>본인확인</h2>
      <p>실제 페이지는 여기서 휴대폰 본인확인 창을 띄웁니다. 데모에서는 확인을 마쳤다고 치고 결과만 보냅니다.</p>
      <div class="buttons">
        <button type="button" id="reset-browser">본인확인 결과를 브라우저가 보내기</button>
        <button type="button" id="reset-server">본인확인 결과를 서버가 보내기</button>
      </div>
    </section>
    <section class="panel" id="trouble" hidden>
      <h2>대체인증</h2>
      <p>실제 페이지는 여기서 휴대폰 본인인증을 합니다. 데모에서는 했다고 치고 그 기록을 보냅니다.</p>
      <div class="buttons"><button type="button" id="substitute">대체인증 결과 보내기</button></div>
    </section>
    <section class="panel" id="lesson" hidden>
      <h2 id="lesson-title" tabindex="-1">학습을 시작합니다</h2>
      <p id="proof"></p>
      <pre id="claims" tabindex="0" role="region" aria-label="서버가 확인한 내용" hidden></pre>
    </section>`;
}

function forDevelopers(): Html {
  return html`<h2 id="raw-title">개발자용: 보낸 것과 받은 답</h2>
    <pre id="raw" tabindex="0" role="region" aria-labelledby="raw-title">아직 보낸 것이 없습니다.</pre>
    <details><summary>이 페이지의 스크립트 drop-in.js</summary><pre tabindex="0" role="region" aria-label="drop-in.js">${browser}</pre></details>
    <details><summary>이 사이트의 서버 코드 drop-in.ts</summary><pre tabindex="0" role="region" aria-label="drop-in.ts">${server}</pre></details>`;
}
