import type { CheckState } from './state.ts';
import type { Translate } from './texts.ts';

export function occasionText({ kind, number }: CheckState['occasion'], t: Translate): string {
  const occasion = t(`occasion.${kind}`, { number });
  const counted = kind === 'lesson' || kind === 'entry' || number < 2;
  return counted ? occasion : t('occasion.attempt', { occasion, number });
}

export function readablePhone(phone: string): string {
  return phone.replace(/^(01\d)(\d{3,4})(\d{4})$/, '$1-$2-$3');
}
