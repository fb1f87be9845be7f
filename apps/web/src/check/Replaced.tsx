import { dateText } from './durations.ts';
import type { CheckState } from './state.ts';
import { useTexts } from './texts.ts';

type Props = {
  readonly replaced: NonNullable<CheckState['replaced']>;
  readonly institution: CheckState['institution'];
};

/** the app of this number moved to another phone a short while ago. */
export function Replaced({ replaced, institution }: Props) {
  const t = useTexts();
  return (
    <div class="replaced">
      <p>{t('replaced.text', { time: dateText(replaced.at, t) })}</p>
      <p>{t('replaced.not-you', { institution: institution.name })}</p>
    </div>
  );
}
