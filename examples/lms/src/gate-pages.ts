import type { OpenCheck } from '@motp/lms-sdk';
import type { Refusal } from './decision.ts';
import { type Html, html } from './html.ts';
import { layout, type Reader } from './layout.ts';
import type { Step } from './steps.ts';
import { occasionWords, reasonWords, refusalWords } from './words.ts';

/** The check that is due: why, and the button that shows it. */
export function gatePage(reader: Reader, step: Step, { url, id, expiresAt, reasons }: OpenCheck): Html {
  const { course, occasion } = step;
  const [what, verb] = [occasionWords(occasion), occasion.kind === 'lesson' ? '학습' : '응시'];
  const why = reasons.map((reason) => html`<li>${reasonWords(reason, step)}</li>`);
  return layout(
    reader,
    '본인인증',
    html`<section class="box narrow" id="gate" data-url="${url}" data-check="${id}" data-expires="${expiresAt}" data-step="${step.path}">
      <h1>${what} ${verb} 전 본인인증</h1>
      <p>${reader.session?.learner.name ?? ''}님, ${course.title} ${what}에 들어가려면 본인인증을 한 번 해 주세요.</p>
      <h2 id="why">지금 인증하는 까닭</h2>
      <ul class="reasons" aria-labelledby="why">${why}</ul>
      <p class="message" id="message" role="alert"></p>
      <button class="go big" data-display="dialog">본인인증 하기</button>
      <h2>다르게 열어 보기</h2>
      <p>훈련기관이 고를 수 있는 세 가지 방식입니다. 위 단추는 대화창입니다.</p>
      <div class="ways">
        <button data-display="dialog">대화창</button>
        <button data-display="popup">팝업</button>
        <a href="${url}">전체 화면</a>
      </div>
      <p><a href="/courses/${course.id}">강의실로 돌아가기</a></p>
    </section>
    <script src="${reader.settings.motpUrl}/sdk.js"></script>
    <script src="/gate.js"></script>`,
  );
}

export function refusedPage(reader: Reader, { course, occasion, path }: Step, refusal: Refusal): Html {
  const again = refusal.kind === 'blocked' ? null : html`<a class="go" href="/gate/${path}">다시 시도</a>`;
  return layout(
    reader,
    '들어갈 수 없습니다',
    html`<section class="box narrow">
    <h1>아직 ${occasionWords(occasion)}에 들어갈 수 없습니다</h1>
    <p>${refusalWords(refusal)}</p>
    <p>${again} <a href="/courses/${course.id}">강의실로 돌아가기</a></p>
    <p class="code">${'code' in refusal ? refusal.code : null}</p>
  </section>`,
  );
}
