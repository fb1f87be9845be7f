import type { Answer } from '../common/problem.ts';
import type { Locale, Values } from '../common/texts.ts';
import type { TextKey } from './texts-ko.ts';

/** `GET …/window` */
export type WindowView = {
  readonly method: 'phone' | 'ipin';
  readonly locale: Locale;
  readonly person: { readonly name: string; readonly phone: string };
};

export type PersonField = 'name' | 'birthDate' | 'phone' | 'id' | 'password';

/** What the demo's provider answers; with `redirect` the window is over. */
export type Reply =
  | { readonly outcome: 'sent'; readonly secondsLeft: number }
  | { readonly outcome: 'refused'; readonly fields: readonly PersonField[] }
  | { readonly outcome: 'wrong-code'; readonly triesLeft: number }
  | { readonly outcome: 'not-a-code' | 'code-expired' | 'too-many' }
  | { readonly outcome: 'certified' | 'cancelled' | 'failed' | 'hanging'; readonly redirect: string };

export type Stage = 'loading' | 'carrier' | 'person' | 'code' | 'ipin' | 'gone' | 'unreachable' | 'leaving';

export type Wrong = { readonly key: TextKey; readonly values?: Values };
/** What is wrong, by place; `form` is said below the fields. */
export type Errors = Readonly<Partial<Record<PersonField | 'code' | 'form', Wrong>>>;

export type Screen = {
  readonly stage: Stage;
  readonly errors: Errors;
  readonly view?: WindowView;
  /** Of the code that was sent: how long it lives, in seconds, and which message it came with. */
  readonly code?: { readonly secondsLeft: number; readonly nth: number };
  readonly redirect?: string;
};

export function opened(answer: Answer<WindowView>): Screen {
  if (answer.kind === 'unreachable') return { stage: 'unreachable', errors: {} };
  if (answer.kind === 'problem') {
    return { stage: answer.problem.status === 404 ? 'gone' : 'unreachable', errors: {} };
  }
  const view = answer.body;
  return { stage: view.method === 'ipin' ? 'ipin' : 'carrier', errors: {}, view };
}

export function afterReply(screen: Screen, answer: Answer<Reply>): Screen {
  if (answer.kind === 'problem' && answer.problem.status === 404) return { ...screen, stage: 'gone' };
  if (answer.kind !== 'ok') return { ...screen, errors: { form: { key: 'error.unreachable' } } };
  const reply = answer.body;
  if ('redirect' in reply) return { ...screen, stage: 'leaving', errors: {}, redirect: reply.redirect };
  switch (reply.outcome) {
    case 'sent': {
      const nth = (screen.code?.nth ?? 0) + 1;
      return { ...screen, stage: 'code', errors: {}, code: { secondsLeft: reply.secondsLeft, nth } };
    }
    case 'refused':
      return refused(screen, reply.fields);
    case 'wrong-code':
      return wrongCode(screen, { key: 'error.wrong-code', values: { count: reply.triesLeft } });
    case 'too-many':
      return { ...screen, errors: { form: { key: 'error.too-many' } } };
    default:
      return wrongCode(screen, { key: `error.${reply.outcome}` });
  }
}

const wrongCode = (screen: Screen, code: Wrong): Screen => ({ ...screen, errors: { code } });

function refused(screen: Screen, fields: readonly PersonField[]): Screen {
  const errors = Object.fromEntries(fields.map((field) => [field, { key: `error.${field}` as const }]));
  return { ...screen, stage: screen.stage === 'ipin' ? 'ipin' : 'person', errors };
}
