import type { RoomName } from './course.ts';
import { type Html, html } from './html.ts';

const choices = [
  {
    text: '위험성 평가에서 가장 먼저 할 일은 무엇입니까?',
    answers: ['유해·위험요인을 찾는다', '감소 대책을 세운다', '결과를 기록한다'],
  },
  {
    text: '물질안전보건자료(MSDS)를 게시해야 하는 곳은 어디입니까?',
    answers: ['대표자 사무실', '물질을 취급하는 작업장', '정문 경비실'],
  },
];

const essays = [
  '내 작업장에서 가장 위험하다고 생각하는 작업 하나와 그 까닭을 쓰십시오.',
  '그 위험을 줄일 대책을 두 가지 쓰십시오.',
];

export function questions(room: RoomName): Html[] {
  return room === 'assignment' ? essays.map(essay) : choices.map(choice);
}

function choice({ text, answers }: (typeof choices)[number], index: number): Html {
  const options = answers.map(
    (answer, value) =>
      html`<label><input type="radio" name="q${index + 1}" value="${value}"> ${answer}</label>`,
  );
  return html`<fieldset><legend>${index + 1}. ${text}</legend>${options}</fieldset>`;
}

function essay(text: string, index: number): Html {
  return html`<label class="essay">${index + 1}. ${text}<textarea name="q${index + 1}" rows="4"></textarea></label>`;
}
