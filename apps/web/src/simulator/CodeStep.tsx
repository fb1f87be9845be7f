import { useEffect, useRef, useState } from 'preact/hooks';
import { clockText } from '../check/durations.ts';
import { Button } from '../common/Button.tsx';
import { CodeField } from '../common/CodeField.tsx';
import { useNow } from '../common/use-now.ts';
import { Step } from './Step.tsx';
import type { Screen } from './screen.ts';
import { useTexts } from './texts.ts';
import { messageOf, type StepProps } from './typed.ts';

export function CodeStep({ window, typed }: StepProps) {
  const t = useTexts();
  const { code, errors } = window.screen;
  const [typedCode, setTypedCode] = useState('');
  const left = useTimeLeft(code);
  const wrong = errors.code ?? (left === 0 ? { key: 'error.code-expired' as const } : undefined);
  const shown = useRef(code);
  useEffect(() => {
    // A second message ends the first one's code; what is typed while the step appears is not touched.
    if (shown.current !== code) setTypedCode('');
    shown.current = code;
  }, [code]);
  return (
    <Step
      window={window}
      step="code"
      title={t('code.title')}
      submit={t('code.confirm')}
      onSubmit={() => window.confirm({ code: typedCode })}
      onBack={() => window.go('person')}
    >
      <p role="status">{code && code.nth > 1 ? t('code.resent') : t('code.sent', { phone: typed.phone })}</p>
      <CodeField
        label={t('code.label')}
        value={typedCode}
        onInput={setTypedCode}
        error={wrong && t(wrong.key, 'values' in wrong ? wrong.values : undefined)}
      />
      <div class="sim-code-row">
        <p>
          {t('code.left')} <b>{clockText(left)}</b>
        </p>
        <Button look="text" busy={window.busy} onClick={() => window.sendCode(messageOf(typed))}>
          {t('code.resend')}
        </Button>
      </div>
      <p class="sim-outbox">
        {t('code.outbox')}{' '}
        <a href="/demo/outbox" target="_blank" rel="noopener">
          {t('code.open-outbox')} <span class="sr-only">{t('action.new-tab')}</span>
        </a>
      </p>
    </Step>
  );
}

/** In ms, every second again; counted from when the reply came, because this device's clock may be wrong. */
function useTimeLeft(code: Screen['code']): number {
  const now = useNow();
  const life = (code?.secondsLeft ?? 0) * 1000;
  const [from, setFrom] = useState(now);
  useEffect(() => setFrom(Date.now()), [code]);
  return Math.min(life, Math.max(0, from + life - now));
}
