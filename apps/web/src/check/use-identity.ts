import type { IdentityAttempt, IdentityMethod } from '@motp/protocol';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type IdentityWindow, startIdentity, thisBrowser } from '../common/identity-window.ts';
import { ask } from '../common/problem.ts';
import { hasEnded, type Phase, troubleOf } from './identity.ts';
import type { OpenScreen } from './state.ts';
import type { Check } from './use-check.ts';

export type Identity = {
  readonly phase: Phase;
  /** Whether the window of the one under way is gone, as far as can be told. */
  readonly isClosed: boolean;
  /** In a click. `wait` is said in the empty window. */
  readonly start: (method: IdentityMethod, wait: string) => Promise<void>;
  /** In a click: the window to the front, or once more. @returns false when none could be had */
  readonly show: () => boolean;
  readonly cancel: () => void;
};

const LOOK_MS = 2_000;
/** The provider is asked within this request. */
const TIMEOUT_MS = 30_000;

/** 휴대폰 and 아이핀 of this check: starts one, and asks the state until it has ended. */
export function useIdentity({ address, reload }: Check, screen: OpenScreen): Identity {
  const [phase, setPhase] = useState<Phase>({ kind: 'idle' });
  const opened = useRef<IdentityWindow | null>(null);
  const isWaiting = 'since' in phase;
  const isClosed = useLooking(isWaiting, reload, opened);

  const start = useCallback(
    async (method: IdentityMethod, wait: string) => {
      const begin = () =>
        ask<IdentityAttempt>(`${address}/identity`, {
          method: 'POST',
          body: { method },
          timeout: TIMEOUT_MS,
        });
      setPhase({ kind: 'starting', method });
      const started = await startIdentity({ begin, back: address, wait }, thisBrowser());
      if (started.kind === 'not-begun') {
        const trouble = troubleOf(method, started.answer, Date.now());
        setPhase(trouble === undefined ? { kind: 'idle' } : { kind: 'idle', trouble });
        await reload();
      } else if (started.kind !== 'leaving') {
        opened.current = started.kind === 'window' ? started : null;
        const kind = started.kind === 'window' ? 'under-way' : 'blocked';
        setPhase({ kind, method, since: Date.now() });
        opened.current?.finished.then(reload);
      }
    },
    [address, reload],
  );

  useEffect(() => {
    if (hasEnded(phase, screen)) setPhase({ kind: 'idle' });
  }, [phase, screen]);
  useComingBack(setPhase, reload);
  return {
    phase,
    isClosed,
    start,
    show: () => opened.current?.show() ?? false,
    cancel() {
      opened.current?.leave();
      setPhase({ kind: 'idle' });
    },
  };
}

function useLooking(
  isWaiting: boolean,
  reload: () => Promise<void>,
  opened: { readonly current: IdentityWindow | null },
): boolean {
  const [isClosed, setClosed] = useState(false);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const look = (): void => {
      setClosed(opened.current?.closed() ?? false);
      if (document.visibilityState === 'visible') reload();
    };
    // At once: starting has extended the check.
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [isWaiting, reload]);
  return isClosed;
}

// The provider's page was left by the browser's own way back: this page is shown as it was when it was left.
function useComingBack(setPhase: (phase: Phase) => void, reload: () => Promise<void>): void {
  useEffect(() => {
    const look = (event: PageTransitionEvent): void => {
      if (!event.persisted) return;
      setPhase({ kind: 'idle' });
      reload();
    };
    addEventListener('pageshow', look);
    return () => removeEventListener('pageshow', look);
  }, [reload]);
}
