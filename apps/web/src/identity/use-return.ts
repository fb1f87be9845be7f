import type { IdentityOutcome } from '@motp/protocol';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { forgetAttempt, type KeptAttempt, type WindowMessage } from '../common/identity-handover.ts';
import { ask } from '../common/problem.ts';
import { type Ended, type ReturnScreen, screenAfter } from './return.ts';

const AGAIN_MS = 2_000;
/** A result that another request fetches is there or given up within a minute; then the learner decides. */
const PATIENCE_MS = 75_000;
/** The provider is asked within this request. */
const TIMEOUT_MS = 40_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Completes the attempt that this tab started, and asks again while its result is being fetched. */
export function useReturn(kept: KeptAttempt): { readonly screen: ReturnScreen; readonly again: () => void } {
  const [screen, setScreen] = useState<ReturnScreen>({ kind: 'running' });
  const again = useCallback(async () => {
    setScreen({ kind: 'running' });
    setScreen(await complete(kept));
  }, [kept]);
  useEffect(() => {
    again();
  }, [again]);
  return { screen, again };
}

async function complete({ attempt, secret, parameters = {} }: KeptAttempt): Promise<ReturnScreen> {
  const began = Date.now();
  for (;;) {
    const answer = await ask<IdentityOutcome>(`/identity/return/${attempt}`, {
      method: 'POST',
      body: { secret, parameters },
      timeout: TIMEOUT_MS,
    });
    const screen = screenAfter(answer, Date.now());
    if (screen.kind === 'ended' || screen.kind === 'stranger') forgetAttempt(() => sessionStorage, attempt);
    if (screen.kind !== 'running') return screen;
    if (Date.now() - began > PATIENCE_MS) return { kind: 'later', because: 'provider', until: 0 };
    await pause(AGAIN_MS);
  }
}

/** A refusal has more words than a success. Milliseconds. */
const SHOWN_MS = { passed: 1_500, refused: 3_000 } as const;
const CLOSED_BY_THEN_MS = 1_000;

/** Tells the opener and leaves: closes the window, or goes back. @returns whether the learner has to do it */
export function useLeaving(kept: KeptAttempt, { outcome }: Ended): boolean {
  const [isByHand, setByHand] = useState(false);
  useEffect(() => {
    const opener: Window | null = window.opener;
    if (opener && kept.opener) {
      const done: WindowMessage = { motp: 'identity-done', attempt: kept.attempt };
      opener.postMessage(done, kept.opener);
    }
    // Nobody is left to go on: the words stay.
    if (kept.back === undefined && opener?.closed) return setByHand(true);
    const timer = setTimeout(async () => {
      leave(kept);
      await pause(CLOSED_BY_THEN_MS);
      setByHand(true);
    }, SHOWN_MS[outcome]);
    return () => clearTimeout(timer);
  }, [kept, outcome]);
  return isByHand;
}

export function leave({ back }: Pick<KeptAttempt, 'back'>): void {
  if (back === undefined) window.close();
  else location.replace(back);
}
