import type { OutboxMessage } from './view-outbox.ts';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const time = new Intl.DateTimeFormat('ko-KR', {
  timeZone: 'Asia/Seoul',
  hourCycle: 'h23',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const card = ({ to, text, code, at }: OutboxMessage): string => `
      <li class="message">
        <p class="meta"><span>받는 번호 <b>${escaped(to)}</b></span> <time datetime="${escaped(at)}">${escaped(time.format(new Date(at)))}</time></p>
        <pre>${escaped(text)}</pre>
        ${code ? `<p class="code">인증번호 <b>${escaped(code)}</b></p>` : ''}
      </li>`;

const empty = `
      <p class="empty">아직 온 문자가 없습니다. 앱에서 이름과 번호를 입력하면 여기에 문자가 나타납니다.</p>`;

/** A page that shows the demo’s messages as a phone would; it loads itself again every few seconds. */
export function outboxPage(
  messages: readonly OutboxMessage[],
  links: { appUrl: string; lmsUrl: string; stylesheets: readonly string[] },
): string {
  return `<!doctype html>
<html lang="ko">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="refresh" content="4">
  <title>문자함 · motp 데모</title>
  ${links.stylesheets.map((href) => `<link rel="stylesheet" href="${escaped(href)}">`).join('\n  ')}
  <link rel="stylesheet" href="/demo/outbox.css">
</head>
<body>
  <main>
    <p class="demo">데모</p>
    <h1>문자함</h1>
    <p>데모에서는 문자를 보내지 않고 이 화면에 보여 줍니다. 5분이 지나면 지워지고, 화면은 저절로 새로 고쳐집니다.</p>
    <nav aria-label="데모의 다른 화면">
      <a href="${escaped(links.appUrl)}">mOTP 앱</a>
      <a href="${escaped(links.lmsUrl)}">예시 학습 사이트</a>
      <a href="/demo/drop-in">지금의 mOTP용 페이지</a>
    </nav>
    ${messages.length > 0 ? `<ul>${messages.map(card).join('')}\n    </ul>` : empty}
  </main>
</body>
</html>
`;
}

export const OUTBOX_STYLE = `
:root { color-scheme: light dark; --line: #cdd1d5; --quiet: #58616a; --main: #0b50d0; --card: #f4f5f6; }
@media (prefers-color-scheme: dark) { :root { --line: #464c53; --quiet: #b1b8be; --main: #86afff; --card: #1e2124; } }
* { box-sizing: border-box; }
body { margin: 0; font: 17px/1.6 "Pretendard Variable", Pretendard, "Apple SD Gothic Neo", "Malgun Gothic", system-ui, sans-serif; }
main { max-width: 560px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { margin: 4px 0 8px; font-size: 28px; }
.demo { display: inline-block; margin: 0; padding: 0 10px; border: 1px solid var(--line); border-radius: 6px; color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 16px 0 24px; }
nav a { display: inline-flex; align-items: center; min-height: 44px; padding: 0 16px; border: 1px solid var(--line); border-radius: 8px; color: var(--main); text-decoration: none; }
nav a:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 16px; }
.message { padding: 16px; border-radius: 12px; background: var(--card); }
.meta { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 12px; margin: 0 0 8px; color: var(--quiet); }
pre { margin: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
.code { margin: 12px 0 0; font-size: 20px; }
.code b { font-variant-numeric: tabular-nums; letter-spacing: .12em; }
.empty { padding: 32px 16px; border: 1px dashed var(--line); border-radius: 12px; text-align: center; color: var(--quiet); }
`;
