import type { ReceiptClaims } from '@motp/lms-sdk';
import { type Standing, todayBox } from './course-pages.ts';
import { type Html, html } from './html.ts';
import { layout, type Reader } from './layout.ts';
import { mayPlay } from './progress.ts';
import { evaluations, isEvaluation, lessonStep, type Step } from './steps.ts';
import type { Question } from './training-course.ts';
import { occasionWords } from './words.ts';

export function lessonPage(
  reader: Reader,
  standing: Standing,
  step: Step,
  claims: ReceiptClaims | null,
): Html {
  const { course, progress } = standing;
  const { number } = step.occasion;
  const title = course.lessons[number - 1] ?? '';
  const next = number === course.lessons.length ? '학습 마치기' : '다음 차시';
  const rows = course.lessons.map((name, index) => {
    const label = html`<span class="no">${index + 1}차시</span>`;
    if (index + 1 === number)
      return html`<li class="now" aria-current="page">${label}<span>${name}</span></li>`;
    if (!mayPlay(progress, index + 1)) return html`<li class="later">${label}<span>${name}</span></li>`;
    return html`<li>${label}<a href="/study/${lessonStep(course, index + 1).path}">${name}</a></li>`;
  });
  return layout(
    reader,
    `${number}차시 ${title}`,
    html`<p class="crumbs"><a href="/">나의 강의실</a> › <a href="/courses/${course.id}">${course.title}</a></p>
    <div class="player">
      <section>
        <div class="screen" aria-hidden="true"><span>${number}</span></div>
        <h1>${number}차시 ${title}</h1>
        ${todayBox(standing)}
        <form method="post" action="/study/${step.path}"><button class="go big">${next}</button></form>
      </section>
      <nav class="box" aria-label="차시 목록"><ol class="lessons">${rows}</ol></nav>
    </div>
    ${claims === null ? null : receiptBox(claims)}`,
  );
}

export function evaluationPage(reader: Reader, step: Step, claims: ReceiptClaims | null): Html {
  const { course, occasion } = step;
  const questions = occasion.kind === 'assignment' ? course.essays.map(essay) : course.questions.map(choice);
  const because = claims === null ? '본인인증이 지금은 필요하지 않습니다.' : '본인인증을 마쳤습니다.';
  return layout(
    reader,
    occasionWords(occasion),
    html`<section class="box">
      <h1>${course.title} ${occasionWords(occasion)}</h1>
      <p>${because} ${reader.session?.learner.name ?? ''}님의 답안으로 저장됩니다.</p>
      <form method="post" action="/study/${step.path}" class="exam">${questions}
        <button class="go big">제출하기</button>
      </form>
    </section>
    ${claims === null ? null : receiptBox(claims)}`,
  );
}

export function submittedPage(reader: Reader, { course, occasion }: Step): Html {
  const title = isEvaluation(occasion.kind) ? evaluations[occasion.kind].title : '';
  return layout(
    reader,
    '제출 완료',
    html`<section class="box narrow">
    <h1>제출하였습니다</h1>
    <p>${title} 답안을 받았습니다. 다시 들어갈 때에는 본인인증이 필요한지 새로 확인합니다.</p>
    <p><a class="go" href="/courses/${course.id}">강의실로 돌아가기</a></p>
  </section>`,
  );
}

function receiptBox(claims: ReceiptClaims): Html {
  return html`<details class="box receipt">
    <summary>서버가 확인한 인증 확인서 (개발자용)</summary>
    <p>브라우저가 아니라 이 사이트의 서버가 서명, 훈련기관, 훈련생, 인증 번호, 시각을 확인했습니다.</p>
    <pre tabindex="0">${JSON.stringify(claims, null, 2)}</pre>
  </details>`;
}

function choice({ text, answers }: Question, index: number): Html {
  const options = answers.map(
    (answer, value) =>
      html`<label><input type="radio" name="q${index + 1}" value="${value}"> ${answer}</label>`,
  );
  return html`<fieldset><legend>${index + 1}. ${text}</legend>${options}</fieldset>`;
}

function essay(text: string, index: number): Html {
  return html`<label class="essay">${index + 1}. ${text}<textarea name="q${index + 1}" rows="4"></textarea></label>`;
}
