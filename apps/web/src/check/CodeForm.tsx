import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { CodeField } from '../common/CodeField.tsx';
import { clockText, spokenTime } from './durations.ts';
import { NextStep } from './NextStep.tsx';
import { refusalText } from './refusal-text.ts';
import type { Notice, OpenScreen } from './state.ts';
import { useTexts } from './texts.ts';
import type { Check } from './use-check.ts';
import { useNow } from './use-now.ts';

type Props = { readonly screen: OpenScreen; readonly check: Check };

export function CodeForm({ screen, check }: Props) {
  const t = useTexts();
  const { state, notice } = screen;
  const [typed, setTyped] = useState('');
  const input = useAttention(notice, () => setTyped(''));
  const now = useNow();
  const waiting = notice !== null && 'until' in notice && notice.until > now;
  const unknown = notice?.kind === 'outcome-unknown';

  function submit(event: Event): void {
    event.preventDefault();
    if (!check.sending && !waiting && !unknown) check.answer(typed);
  }

  return (
    <form class="code-form" onSubmit={submit} noValidate>
      <CodeField
        label={t('code.label')}
        hint={t('code.hint')}
        value={typed}
        onInput={setTyped}
        error={notice ? refusalText(notice, t) : lockedText(state.locked, t('refused.locked'))}
        inputRef={input}
      />
      <NextStep screen={screen} check={check} />
      <Limits screen={screen} now={now} />
      {!unknown && (
        <Button type="submit" size="xlarge" wide busy={check.sending || waiting}>
          {check.sending ? t('code.sending') : t('code.submit')}
        </Button>
      )}
      <OpenApp url={state.install.url} />
    </form>
  );
}

function OpenApp({ url }: { readonly url: string }) {
  const t = useTexts();
  return (
    <a class="krds-btn tertiary large wide only-phone" href={url} target="_blank" rel="noopener">
      {t('code.open-app')}
      <span class="sr-only">{t('code.new-tab')}</span>
    </a>
  );
}

/** The field that has the focus at first, and again after each refusal with its text selected. */
function useAttention(notice: Notice | null, clear: () => void): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // On a phone the keyboard would cover the page before it has been read.
    if (matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, []);
  useEffect(() => {
    if (notice === null) return;
    // A used code can never be right again; everything else is kept, to be looked at and corrected.
    if (notice.kind === 'refused' && notice.reason === 'code-used') clear();
    input.current?.focus();
    input.current?.select();
  }, [notice]);
  return input;
}

function lockedText(locked: boolean, text: string): string | undefined {
  return locked ? text : undefined;
}

function Limits({ screen, now }: { readonly screen: OpenScreen; readonly now: number }) {
  const t = useTexts();
  const left = screen.deadline - now;
  return (
    <div class="limits">
      <p>
        {t('code.time-left')} <b class="digits">{clockText(left)}</b>
      </p>
      {screen.state.registered && (
        <p>
          {t('code.tries-left')} <b class="digits">{t('code.tries', { count: screen.state.triesLeft })}</b>
        </p>
      )}
      <p class="sr-only" role="status">
        {spokenAt(left) > 0 && t('code.time-left-spoken', { time: spokenTime(spokenAt(left), t) })}
      </p>
    </div>
  );
}

/** Said three times, not every second: at three minutes, one minute and thirty seconds. */
function spokenAt(left: number): number {
  return [30_000, 60_000, 180_000].find((mark) => left <= mark && left > 0) ?? 0;
}
