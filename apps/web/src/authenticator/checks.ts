import type { Check } from './start.ts';
import type { T, TextKey } from './texts.ts';

const OCCASIONS = {
  entry: 'occasion-entry',
  lesson: 'occasion-lesson',
  'progress-test': 'occasion-progress-test',
  exam: 'occasion-exam',
  assignment: 'occasion-assignment',
} as const satisfies Record<string, TextKey>;

const METHODS = {
  motp: 'method-motp',
  phone: 'method-phone',
  ipin: 'method-ipin',
  exemption: 'method-exemption',
} as const satisfies Record<string, TextKey>;

const isIn = <Table extends object>(table: Table, key: PropertyKey): key is keyof Table =>
  Object.hasOwn(table, key);

/** What a newer server has besides is called other. */
export function occasionText(t: T, { kind, number }: Check['occasion']): string {
  return isIn(OCCASIONS, kind) ? t(OCCASIONS[kind], { number }) : t('occasion-other');
}

/** A method that a newer server has is shown as the server calls it. */
export const methodText = (t: T, method: string): string =>
  isIn(METHODS, method) ? t(METHODS[method]) : method;
