import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { CodeField } from '../common/CodeField.tsx';
import { useNow } from '../common/use-now.ts';
import { needsOtherWay, waysOf } from './identity.ts';
import { Limits } from './Limits.tsx';
import { NextStep } from './NextStep.tsx';
import { refusalText } from './refusal-text.ts';
import type { OpenScreen } from './state.ts';
import { useTexts } from './texts.ts';
import type { Check } from './use-check.ts';
import type { Identity } from './use-identity.ts';
import { SecondWays } from './Ways.tsx';

type Props = { readonly screen: OpenScreen; readonly check: Check; readonly identity: Identity };

export function CodeForm({ screen, check, identity }: Props) {
  const t = useTexts();
  const { state, notice } = screen;
  const [typed, setTyped] = useState('');
  const input = useAttention(screen, () => setTyped(''));
  const now = useNow();
  const waiting = notice !== null && 'until' in notice && notice.until > now;
  const isWayOut = needsOtherWay(screen) && waysOf(state).length > 0;
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
      <NextStep screen={screen} check={check} identity={identity} />
      <Limits screen={screen} now={now} />
      {!unknown && (
        <Button
          type="submit"
          size="xlarge"
          look={isWayOut ? 'secondary' : 'primary'}
          wide
          busy={check.sending || waiting}
        >
          {check.sending ? t('code.sending') : t('code.submit')}
        </Button>
      )}
      <OpenApp url={state.install.url} />
      {!isWayOut && <SecondWays screen={screen} identity={identity} />}
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
function useAttention({ notice, state }: OpenScreen, clear: () => void): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // How an identity check ended is read first. On a phone the keyboard would cover the page before that is.
    if (state.identity === undefined && matchMedia('(pointer: fine)').matches) input.current?.focus();
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
