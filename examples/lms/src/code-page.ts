import { readFileSync } from 'node:fs';
import { type Html, html } from './html.ts';
import { layout, type Reader } from './layout.ts';

// Read from the very files that run, so that what is shown never differs. The program lies in src/ or in dist/.
const server = readFileSync(new URL('../src/gate.ts', import.meta.url), 'utf8');
const webhook = readFileSync(new URL('../src/webhook.ts', import.meta.url), 'utf8');
const browser = readFileSync(new URL('../public/gate.js', import.meta.url), 'utf8');

/** What the developer of an LMS has to write. */
export function codePage(reader: Reader): Html {
  return layout(
    reader,
    '개발자에게',
    html`<section class="box">
      <h1>LMS 개발자가 쓰는 코드</h1>
      <p>이 사이트가 실제로 실행하는 파일을 그대로 보여 줍니다. 언제 인증하는지는 이 사이트가 모릅니다.
        차시, 평가, 과제에 들어갈 때마다 서버가 묻고, 답에 따라 열거나 인증 창을 보여 줍니다.</p>
      <h2>서버: gate.ts</h2>
      <p>학습자가 들어가려 할 때 <b>requireCheck</b>로 묻고, 인증 뒤에는 <b>verifyReceipt</b>로 확인서를 검증합니다.</p>
      <pre tabindex="0" id="gate-ts">${server}</pre>
      <h2>서버: webhook.ts</h2>
      <p>mOTP 서버가 알려 주는 일은 <b>verifyWebhook</b>으로 서명을 확인하고 받습니다. 받은 일은
        <a href="/events">mOTP 서버가 알려 준 일</a>에 보입니다.</p>
      <pre tabindex="0" id="webhook-ts">${webhook}</pre>
      <h2>브라우저: gate.js</h2>
      <p>인증 창을 띄우고 확인서를 서버에 건네기만 합니다. 아무것도 결정하지 않습니다.</p>
      <pre tabindex="0" id="gate-js">${browser}</pre>
    </section>`,
  );
}
