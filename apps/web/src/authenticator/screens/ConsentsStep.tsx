import type { Consent } from '@motp/protocol';
import { useRef, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { focusFirstInvalid } from '../../common/Field.tsx';
import { useTexts } from '../texts.ts';
import { Check } from './Check.tsx';
import { Frame } from './Frame.tsx';
import { Steps } from './Steps.tsx';

type Props = {
  readonly consents: readonly Consent[];
  readonly accepted: readonly string[];
  readonly onAccepted: (ids: readonly string[]) => void;
  readonly said: string | undefined;
  readonly onNext: () => void;
  readonly onBack: () => void;
};

export function ConsentsStep({ consents, accepted, onAccepted, said, onNext, onBack }: Props) {
  const { t } = useTexts();
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const isMissing = ({ id, required }: Consent) => required && !accepted.includes(id);

  function submit(event: Event): void {
    event.preventDefault();
    setTried(true);
    if (consents.some(isMissing)) focusFirstInvalid(form.current);
    else onNext();
  }

  return (
    <Frame title={t('consents-title')} notice={said}>
      <Steps now="consents" />
      <form ref={form} class="form" onSubmit={submit} noValidate>
        {consents.length > 1 && <AcceptAll consents={consents} accepted={accepted} onAccepted={onAccepted} />}
        <ul class="consents">
          {consents.map((consent) => (
            <ConsentItem
              key={consent.id}
              consent={consent}
              checked={accepted.includes(consent.id)}
              missing={tried && isMissing(consent)}
              onChange={() => onAccepted(toggle(accepted, consent.id))}
            />
          ))}
        </ul>
        <Actions onBack={onBack} />
      </form>
    </Frame>
  );
}

function Actions({ onBack }: Pick<Props, 'onBack'>) {
  const { t } = useTexts();
  return (
    <div class="actions">
      <Button type="submit" wide size="xlarge">
        {t('next')}
      </Button>
      <Button look="text" onClick={onBack}>
        {t('back')}
      </Button>
    </div>
  );
}

const toggle = (accepted: readonly string[], id: string): readonly string[] =>
  accepted.includes(id) ? accepted.filter((other) => other !== id) : [...accepted, id];

function AcceptAll({ consents, accepted, onAccepted }: Pick<Props, 'consents' | 'accepted' | 'onAccepted'>) {
  const { t } = useTexts();
  const ids = consents.map(({ id }) => id);
  const all = ids.every((id) => accepted.includes(id));
  return (
    <div class="consent-all">
      <Check label={t('consents-all')} checked={all} onChange={() => onAccepted(all ? [] : ids)} strong />
    </div>
  );
}

type ItemProps = {
  readonly consent: Consent;
  readonly checked: boolean;
  readonly missing: boolean;
  readonly onChange: () => void;
};

function ConsentItem({ consent, checked, missing, onChange }: ItemProps) {
  const { t } = useTexts();
  const { title, text, required } = consent;
  return (
    <li class="consent">
      <Check
        label={`[${t(required ? 'consents-required' : 'consents-optional')}] ${title}`}
        checked={checked}
        onChange={onChange}
        error={missing ? t('consents-missing') : undefined}
      />
      <details>
        <summary>
          {t('consents-read')}
          <span class="sr-only"> {title}</span>
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard */}
        <section class="consent-text" tabIndex={0} aria-label={t('consents-text-of', { title })}>
          {text.split(/\n\s*\n/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      </details>
    </li>
  );
}
