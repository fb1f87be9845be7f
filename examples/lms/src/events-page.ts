import type { Events, ToldEvent } from './events.ts';
import { type Html, html } from './html.ts';
import { layout, type Reader } from './layout.ts';
import { koreanTime, occasionWords } from './words.ts';

const what: Readonly<Record<ToldEvent['type'], string>> = {
  'check.passed': '본인인증을 통과했습니다',
  'check.locked': '인증번호를 5번 잘못 입력해 앱이 잠겼습니다',
  'check.expired': '10분 안에 인증하지 않아 인증 창이 끝났습니다',
  'registration.replaced': '다른 휴대폰에서 앱을 등록했습니다',
  'learner.disputed': '본인이 아니라고 신고했습니다',
};

/** What the mOTP server told this site on its own. */
export function eventsPage(reader: Reader, { count, newest }: Events): Html {
  const list = html`<ol class="entries" aria-label="알려 준 일">${newest.map(entry)}</ol>`;
  return layout(
    reader,
    'mOTP 서버가 알려 준 일',
    html`<section class="box narrow">
      <h1>mOTP 서버가 알려 준 일</h1>
      <p>mOTP 서버가 웹훅으로 보내면 서명을 확인하고 적어 둡니다. 모두 ${count}건이고, 최근 것부터 보입니다.
        실제 LMS에서는 운영 담당자에게만 보여 주십시오.</p>
      ${count === 0 ? html`<p>아직 없습니다. 본인인증을 하면 몇 초 안에 여기에 나타납니다.</p>` : list}
      <p><a href="/code">웹훅을 받는 코드 보기</a></p>
    </section>`,
  );
}

function entry(event: ToldEvent): Html {
  return html`<li><div><strong>${what[event.type]}</strong><span>${whose(event)}</span></div>
    <time datetime="${event.timestamp}">${koreanTime(event.timestamp)}</time></li>`;
}

/** `훈련생 trainee-17 · 산업안전보건 · 시험` */
function whose({ data }: ToldEvent): string {
  if ('learners' in data) return `훈련생 ${data.learners.map(({ id }) => id).join(', ')}`;
  return `훈련생 ${data.learner.id} · ${data.course.title} · ${occasionWords(data.occasion)}`;
}
