import { waysOf } from './identity.ts';
import { waysText } from './identity-text.ts';
import type { CheckState } from './state.ts';
import { useTexts } from './texts.ts';
import type { TextKey } from './texts-ko.ts';

const firstSteps: readonly TextKey[] = [
  'manual.step1',
  'manual.step2',
  'manual.step3',
  'manual.step4',
  'manual.step5',
];
const questions = ['errors', 'passcode', 'phone', 'abroad', 'mismatch'] as const;

export function Help({ state }: { readonly state: CheckState }) {
  const t = useTexts();
  const ways = waysText(waysOf(state), t);
  return (
    <footer class="help">
      <h2>{t('help.title')}</h2>
      <Contacts help={state.help} />
      <details>
        <summary>{t('manual.first')}</summary>
        <ol>
          {firstSteps.map((step) => (
            <li key={step}>{t(step)}</li>
          ))}
        </ol>
      </details>
      <details>
        <summary>{t('manual.questions')}</summary>
        <dl>
          {questions.map((question) => (
            <div key={question}>
              <dt>{t(`manual.${question}-q`)}</dt>
              <dd>
                {t(`manual.${question}-a`)}
                {question === 'errors' && ways !== '' && ` ${t('manual.errors-ways', { ways })}`}
              </dd>
            </div>
          ))}
          {ways !== '' && (
            <div>
              <dt>{t('manual.without-q')}</dt>
              <dd>{t('manual.without-a', { ways })}</dd>
            </div>
          )}
        </dl>
      </details>
    </footer>
  );
}

function Contacts({ help }: Pick<CheckState, 'help'>) {
  const t = useTexts();
  if (!help.phone && !help.url) return null;
  return (
    <p class="help-contacts">
      {help.phone && (
        <a href={`tel:${help.phone.replace(/[^\d+]/g, '')}`}>
          {t('help.phone')} {help.phone}
        </a>
      )}
      {help.url && (
        <a href={help.url} target="_blank" rel="noopener noreferrer">
          {t('help.url')}
          <span class="sr-only">{t('code.new-tab')}</span>
        </a>
      )}
    </p>
  );
}
