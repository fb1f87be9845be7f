import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../common/problem.ts';
import { afterReply, opened, type Reply, type Screen, type WindowView } from './screen.ts';

export type Ending = 'cancelled' | 'failed' | 'hanging';

export type DemoWindow = {
  readonly screen: Screen;
  readonly busy: boolean;
  readonly load: () => Promise<void>;
  /** Between the steps that the server need not know of. */
  readonly go: (stage: 'carrier' | 'person') => void;
  readonly sendCode: (typed: object) => Promise<void>;
  readonly confirm: (typed: object) => Promise<void>;
  readonly end: (outcome: Ending) => Promise<void>;
};

const LOADING: Screen = { stage: 'loading', errors: {} };

/** The window of this page's address, and what its buttons make of it. */
export function useWindow(address: string): DemoWindow {
  const [screen, setScreen] = useState(LOADING);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);

  const load = useCallback(async () => {
    setScreen(LOADING);
    setScreen(opened(await ask<WindowView>(`${address}/window`)));
  }, [address]);

  useEffect(() => {
    load();
  }, [load]);

  useEffect(() => {
    // Not pushed: going back from the page that follows must not lead into a window that is over.
    if (screen.redirect !== undefined) location.replace(screen.redirect);
  }, [screen.redirect]);

  const post = async (operation: 'message' | 'confirm' | 'end', body: object): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    const answer = await ask<Reply>(`${address}/${operation}`, { method: 'POST', body });
    setScreen((before) => afterReply(before, answer));
    running.current = false;
    setBusy(false);
  };

  return {
    screen,
    busy,
    load,
    go: (stage) => setScreen((before) => ({ ...before, stage, errors: {} })),
    sendCode: (typed) => post('message', typed),
    confirm: (typed) => post('confirm', typed),
    end: (outcome) => post('end', { outcome }),
  };
}
