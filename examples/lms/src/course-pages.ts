import type { Learner } from '@motp/lms-sdk';
import { courses } from './courses.ts';
import { type Html, html } from './html.ts';
import { layout, type Reader } from './layout.ts';
import { type CourseProgress, mayPlay, newOn, nextLesson } from './progress.ts';
import { evaluationKinds, evaluationStep, evaluations, lessonStep } from './steps.ts';
import type { TrainingCourse } from './training-course.ts';
import { occasionWords } from './words.ts';

/** How one learner stands in one course, today. */
export interface Standing {
  course: TrainingCourse;
  progress: CourseProgress;
  /** `2026-11-23` */
  today: string;
  /** New lessons a day; null when there is no limit or none is known. */
  limit: number | null;
}

export function welcomePage(reader: Reader, learners: readonly Learner[]): Html {
  const people = learners.map(
    ({ id, name, phone, birthDate = '' }) => html`<form method="post" action="/login">
      <button class="person" name="learner" value="${id}"><b>${name}</b><span>${phone}</span><span>${birthDate}</span></button>
    </form>`,
  );
  return layout(
    reader,
    '로그인',
    html`<section class="box narrow">
    <h1>로그인</h1>
    <p>체험할 훈련생을 고르세요. 비밀번호는 없습니다.</p>
    <div class="people">${people}</div>
  </section>`,
  );
}

export function coursesPage(reader: Reader, progressOf: (course: TrainingCourse) => CourseProgress): Html {
  const cards = courses.map(
    (course) => html`<li><a class="course" href="/courses/${course.id}">
      <b>${course.title}</b><span>${course.about}</span>${progressBar(course, progressOf(course))}
    </a></li>`,
  );
  return layout(reader, '나의 강의실', html`<h1>나의 강의실</h1><ul class="courses">${cards}</ul>`);
}

export function coursePage(reader: Reader, standing: Standing): Html {
  const { course, progress } = standing;
  const next = nextLesson(progress, course);
  const label = progress.begun.size === 0 ? '학습 시작' : '이어서 학습';
  return layout(
    reader,
    course.title,
    html`<section class="hero">
      <p><a href="/">나의 강의실</a> · 사업주훈련 원격</p>
      <h1>${course.title}</h1>
      ${progressBar(course, progress)}
      <p><a class="go" href="/study/${lessonStep(course, next).path}">${label}<span class="hidden"> ${next}차시</span></a></p>
    </section>
    ${todayBox(standing)}
    <div class="two">
      <section class="box"><h2>강의 목차</h2><ol class="lessons">${course.lessons.map((title, index) => lessonRow(standing, title, index + 1))}</ol></section>
      <section class="box"><h2>평가 · 과제</h2>
        <p>들어가기 전에 본인인증이 필요한지 확인합니다. 체험할 수 있게 진도와 관계없이 열려 있습니다.</p>
        <ul class="entries">${evaluationKinds.map((kind) => evaluationRow(standing, kind))}</ul>
      </section>
    </div>`,
  );
}

function lessonRow({ course, progress, today }: Standing, title: string, number: number): Html {
  const { path } = lessonStep(course, number);
  const name = html`<span class="no">${number}차시</span>`;
  if (!mayPlay(progress, number)) return html`<li class="later">${name}<span>${title}</span></li>`;
  const day = progress.begun.get(number);
  const begun = day === today ? '오늘 시작' : '학습 중';
  const state = progress.finished.has(number) ? '학습 완료' : day === undefined ? '' : begun;
  return html`<li>${name}<a href="/study/${path}">${title}</a><span class="seen">${state}</span></li>`;
}

function evaluationRow({ course, progress }: Standing, kind: (typeof evaluationKinds)[number]): Html {
  const { title, about } = evaluations[kind];
  const { path } = evaluationStep(course, kind);
  const state = progress.handedIn.has(path) ? `${about} · 제출함` : about;
  return html`<li>
      <div><b>${title}</b><span>${state}</span></div>
      <a class="go" href="/study/${path}">응시하기<span class="hidden"> ${title}</span></a>
    </li>`;
}

/** What is left of today, and when the next check comes, as the mOTP server says. */
export function todayBox({ progress, today, limit }: Standing): Html {
  const begun = newOn(progress, today);
  const left =
    limit === null
      ? html`오늘 새로 들은 차시 <b>${begun}개</b>`
      : html`오늘 더 들을 수 있는 새 차시 <b>${Math.max(0, limit - begun)}개</b> <span>(하루 ${limit}개)</span>`;
  const next =
    progress.nextDue === null ? null : html`<li>다음 인증: <b>${occasionWords(progress.nextDue)}</b></li>`;
  return html`<ul class="today"><li>${left}</li>${next}</ul>`;
}

function progressBar({ lessons }: TrainingCourse, { finished }: CourseProgress): Html {
  const percent = Math.floor((finished.size / lessons.length) * 100);
  return html`<span class="progress"><progress max="100" value="${percent}" aria-label="진도율"></progress> 진도율 ${percent}% (${finished.size}/${lessons.length}차시)</span>`;
}
