import { offsetText } from './durations.ts';
import type { Notice } from './state.ts';
import type { Translate } from './texts.ts';
import type { TextKey } from './texts-ko.ts';

type Refused = Extract<Notice, { kind: 'refused' }>;

const withoutTries = {
  'code-used': 'refused.code-used',
  'code-too-old': 'refused.code-too-old',
  'not-registered': 'refused.not-registered',
  'name-differs': 'refused.name-differs',
  'phone-differs': 'refused.phone-differs',
  locked: 'refused.locked',
} as const satisfies Record<Exclude<Refused['reason'], 'wrong-code' | 'clock-off'>, TextKey>;

/** What is wrong, in one sentence beside the field (C-4). */
export function refusalText(notice: Notice, t: Translate): string {
  if (notice.kind !== 'refused') return t(`refused.${notice.kind}`);
  const { reason, triesLeft: count } = notice;
  if (reason === 'wrong-code') {
    return count === 0 ? t('refused.wrong-code-last') : t('refused.wrong-code', { count });
  }
  if (reason !== 'clock-off') return t(withoutTries[reason]);
  const ahead = notice.clockOffset ?? 0;
  const direction = t(ahead < 0 ? 'refused.clock-slow' : 'refused.clock-fast');
  const words = { offset: offsetText(ahead, t), direction, count };
  return t(count === 0 ? 'refused.clock-off-last' : 'refused.clock-off', words);
}
