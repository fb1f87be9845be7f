import { useState } from 'preact/hooks';
import { Step } from './Step.tsx';
import { useTexts } from './texts.ts';
import type { Carrier, StepProps } from './typed.ts';

const CARRIERS = ['skt', 'kt', 'lgu', 'mvno'] as const satisfies readonly Carrier[];
const TERMS = ['personal', 'identifier', 'carrier', 'service'] as const;

export function CarrierStep({ window, typed, onTyped }: StepProps) {
  const t = useTexts();
  const [tried, setTried] = useState(0);
  const missing = tried > 0 && typed.carrier === undefined;

  function next(): void {
    setTried(tried + 1);
    if (typed.carrier && typed.agreed) window.go('person');
  }

  return (
    <Step
      window={window}
      step="carrier"
      title={t('carrier.title')}
      submit={t('action.next')}
      onSubmit={next}
      tried={tried}
    >
      <fieldset class="sim-carriers" aria-describedby="carrier-error">
        <legend class="sr-only">{t('carrier.legend')}</legend>
        {CARRIERS.map((carrier) => (
          <label key={carrier} class="sim-carrier">
            <input
              type="radio"
              name="carrier"
              value={carrier}
              checked={typed.carrier === carrier}
              onChange={() => onTyped({ carrier })}
              aria-invalid={missing}
            />
            <span>{t(`carrier.${carrier}`)}</span>
          </label>
        ))}
      </fieldset>
      <p id="carrier-error" class="sim-said" aria-live="polite">
        {missing && t('error.carrier')}
      </p>
      <Terms
        agreed={typed.agreed}
        missing={tried > 0 && !typed.agreed}
        onAgreed={(agreed) => onTyped({ agreed })}
      />
    </Step>
  );
}

type TermsProps = {
  readonly agreed: boolean;
  readonly missing: boolean;
  readonly onAgreed: (agreed: boolean) => void;
};

function Terms({ agreed, missing, onAgreed }: TermsProps) {
  const t = useTexts();
  return (
    <div class="sim-terms">
      <label class="sim-agree">
        <input
          type="checkbox"
          checked={agreed}
          onChange={(event) => onAgreed(event.currentTarget.checked)}
          aria-invalid={missing}
          aria-describedby="terms-error"
        />
        <span>{t('terms.agree')}</span>
      </label>
      <p id="terms-error" class="sim-said" aria-live="polite">
        {missing && t('error.terms')}
      </p>
      <details>
        <summary>{t('terms.show')}</summary>
        <ul>
          {TERMS.map((term) => (
            <li key={term}>{t(`terms.${term}`)}</li>
          ))}
        </ul>
        <p>{t('terms.mock')}</p>
      </details>
    </div>
  );
}
