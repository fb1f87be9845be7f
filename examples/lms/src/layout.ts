import { type Html, html } from './html.ts';
import type { Session } from './sessions.ts';
import type { Settings } from './settings.ts';

/** Whose page it is; nobody's before the log-in. */
export interface Reader {
  settings: Settings;
  session: Session | undefined;
}

export function layout({ settings, session }: Reader, title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="ko">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} - 한빛원격평생교육원</title>
  <link rel="stylesheet" href="/font/pretendardvariable-dynamic-subset.css">
  <link rel="stylesheet" href="/site.css">
  <link rel="stylesheet" href="/study.css">
  <link rel="icon" href="data:,">
</head>
<body>
  <aside class="demo">
    <b>이 데모에서는</b> 가상의 훈련기관 사이트에서 본인인증을 체험합니다.
    휴대폰이 없으면 <a href="${settings.motpUrl}/app/" target="_blank" rel="noopener">mOTP 앱</a>과
    <a href="${settings.motpUrl}/demo/outbox" target="_blank" rel="noopener">문자함</a>을 이 컴퓨터에서 열어 두세요.
    개발자라면 <a href="/code">이 사이트가 쓴 코드</a>를, 지금의 mOTP용 페이지가 있다면
    <a href="/drop-in">호스트 이름만 바꾼 페이지</a>를 보세요.
  </aside>
  <header class="site"><a class="brand" href="/">한빛원격평생교육원</a>${account(session)}</header>
  <main>${content}</main>
  <footer class="site">한빛원격평생교육원은 예시로 만든 가상의 훈련기관입니다. 진도와 답안은 이 프로그램이 켜져 있는
    동안만 남습니다. 실제 LMS는 데이터베이스에 저장합니다.
    운영자라면 <a href="/events">mOTP 서버가 알려 준 일</a>을 보세요.</footer>
</body>
</html>`;
}

function account(session: Session | undefined): Html | null {
  if (session === undefined) return null;
  return html`<form method="post" action="/logout"><span>${session.learner.name}님</span><button>로그아웃</button></form>`;
}
