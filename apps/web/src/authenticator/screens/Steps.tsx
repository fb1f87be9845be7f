import { useTexts } from '../texts.ts';

const STEPS = ['consents', 'person', 'proof'] as const;

export type StepName = (typeof STEPS)[number];

/** KRDS step indicator. */
export function Steps({ now }: { readonly now: StepName }) {
  const { t } = useTexts();
  const at = STEPS.indexOf(now);
  return (
    <ol class="krds-step-wrap steps" aria-label={t('steps-label')}>
      {STEPS.map((step, index) => (
        <li
          key={step}
          class={index < at ? 'done' : index === at ? 'active' : ''}
          aria-current={index === at ? 'step' : undefined}
        >
          <span>
            <span class="step">{t('step-number', { number: index + 1 })}</span>
            <span class="step-name">
              {t(`step-${step}`)}
              {index <= at && <span class="sr-only">{t(index < at ? 'step-done' : 'step-now')}</span>}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
