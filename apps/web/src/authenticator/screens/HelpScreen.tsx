import { Button } from '../../common/Button.tsx';
import { type TextKey, useTexts } from '../texts.ts';
import { Frame } from './Frame.tsx';

/** The manual's questions, each with its way out. */
const QUESTIONS = ['passcode', 'locked', 'changed', 'phone', 'abroad', 'differs', 'impossible'] as const;

export function HelpScreen({ onBack }: { readonly onBack: () => void }) {
  const { t } = useTexts();
  return (
    <Frame title={t('help-title')}>
      <div class="questions">
        {QUESTIONS.map((question) => (
          <details key={question} class="more">
            <summary>{t(`help-${question}` satisfies TextKey)}</summary>
            <p>{t(`help-${question}-text` satisfies TextKey)}</p>
          </details>
        ))}
      </div>
      <div class="actions">
        <Button wide size="xlarge" look="tertiary" onClick={onBack}>
          {t('back')}
        </Button>
      </div>
    </Frame>
  );
}
