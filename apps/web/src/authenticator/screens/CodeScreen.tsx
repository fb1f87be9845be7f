import { formatCode, PERIOD_SECONDS, secondsLeft, stepAt, totpWithKey } from '@motp/otp';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import type { ClockKeeper } from '../clock-keeper.ts';
import type { MaskedLearner } from '../store.ts';
import { type TextKey, useTexts } from '../texts.ts';
import { useServerTime } from '../use-clock.ts';
import { Frame } from './Frame.tsx';
import { Ring } from './Ring.tsx';

type Props = {
  readonly clock: ClockKeeper;
  readonly seed: CryptoKey;
  readonly learner: MaskedLearner;
  readonly difference: string | undefined;
  readonly notice: TextKey | undefined;
  readonly onOpen: (inner: 'history' | 'settings') => void;
};

export function CodeScreen({ clock, seed, learner, difference, notice, onOpen }: Props) {
  const { t } = useTexts();
  const now = useServerTime(clock);
  const code = useCode(seed, stepAt(now));
  const left = secondsLeft(now);
  return (
    <Frame title={t('code-title')} quietTitle notice={notice && t(notice)} class="code-screen">
      <p class="owner">
        {learner.name} · {learner.phone}
      </p>
      <section class="card code-card">
        <p class="code" aria-hidden="true">
          <span>{code?.slice(0, 3)}</span>
          <span>{code?.slice(3)}</span>
        </p>
        {/* Digit by digit, and again whenever it changes. */}
        <p class="sr-only" role="status">
          {code && `${t('code-new')} ${Array.from(code).join(' ')}`}
        </p>
        <Ring left={left} period={PERIOD_SECONDS} />
        <CopyButton code={code} />
      </section>
      {difference && <p class="aside">{t('code-corrected', { difference })}</p>}
      <p class="aside">{t('code-hides')}</p>
      <nav class="tabs">
        <Button look="tertiary" onClick={() => onOpen('history')}>
          {t('code-history')}
        </Button>
        <Button look="tertiary" onClick={() => onOpen('settings')}>
          {t('code-settings')}
        </Button>
      </nav>
    </Frame>
  );
}

/** The code of a step; undefined for the moment that the HMAC takes, never the code of another step. */
function useCode(seed: CryptoKey, step: number): string | undefined {
  const [made, setMade] = useState<{ readonly step: number; readonly code: string }>();
  useEffect(() => {
    let current = true;
    totpWithKey(seed, step).then((code) => current && setMade({ step, code }));
    return () => {
      current = false;
    };
  }, [seed, step]);
  return made?.step === step ? made.code : undefined;
}

const SAID_FOR_MS = 3_000;

function CopyButton({ code }: { readonly code: string | undefined }) {
  const { t } = useTexts();
  const [said, setSaid] = useState<'code-copied' | 'code-copy-failed'>();
  useEffect(() => {
    const timer = setTimeout(() => setSaid(undefined), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);
  async function copy(): Promise<void> {
    if (!code) return;
    const copied = await navigator.clipboard.writeText(code).then(
      () => true,
      () => false,
    );
    setSaid(copied ? 'code-copied' : 'code-copy-failed');
  }
  return (
    <>
      <Button look="secondary" class="copy" onClick={copy}>
        {said === 'code-copied' ? t('code-copied') : t('code-copy')}
        <span class="sr-only">{code && formatCode(code)}</span>
      </Button>
      <p class={said === 'code-copy-failed' ? 'aside' : 'sr-only'} role="status">
        {said && t(said)}
      </p>
    </>
  );
}
