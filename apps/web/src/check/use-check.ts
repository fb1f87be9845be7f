import { parseCode } from '@motp/otp';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Answer, ask } from '../common/problem.ts';
import { screenAfter, screenAfterLostReply, screenOf } from './next-screen.ts';
import type { AnswerReply, CheckState, OpenScreen, Screen, StateReply } from './state.ts';

export type Check = {
  /** `/check/{token}` */
  readonly address: string;
  readonly screen: Screen;
  readonly sending: boolean;
  /** Asks the server how the check stands and shows that. */
  readonly reload: () => Promise<void>;
  readonly answer: (typed: string) => Promise<void>;
};

/** The check of this page's address: its state, and what answering makes of it. */
export function useCheck(address: string): Check {
  const [screen, setScreen] = useState<Screen>({ kind: 'loading' });
  const [sending, setSending] = useState(false);
  const current = useRef(screen);
  const busy = useRef(false);

  const show = useCallback((next: Screen) => {
    current.current = next;
    setScreen(next);
  }, []);

  const reload = useCallback(async () => {
    const next = await askState(address, stateIn(current.current));
    // Before it was known, an answer may have been sent or even passed.
    if (!busy.current && current.current.kind !== 'passed') show(keepNotice(current.current, next));
  }, [address]);

  const answer = useCallback(
    async (typed: string) => {
      const open = current.current;
      if (open.kind !== 'open' || busy.current) return;
      if (parseCode(typed) === undefined) return show({ ...open, notice: { kind: 'not-a-code' } });
      busy.current = true;
      setSending(true);
      show(await send(address, open, typed));
      busy.current = false;
      setSending(false);
    },
    [address],
  );

  useEffect(() => {
    reload();
  }, [reload]);
  useReturning(current, reload);
  useRegistering(screen, reload);
  return { address, screen, sending, reload, answer };
}

async function askState(address: string, last: CheckState | null): Promise<Screen> {
  const asked = Date.now();
  const answer = await ask<StateReply>(`${address}/state`);
  return screenOf(answer, Date.now(), last, asked);
}

async function send(address: string, open: OpenScreen, typed: string): Promise<Screen> {
  const answer = await ask<AnswerReply>(`${address}/code`, { method: 'POST', body: { code: typed } });
  const next = screenAfter(open, answer, Date.now());
  if (next !== null) return next;
  const asked = await askState(address, open.state);
  return screenAfterLostReply(open, asked, Date.now(), retryAfterOf(answer));
}

function retryAfterOf(answer: Answer<AnswerReply>): number | undefined {
  return answer.kind === 'problem' ? answer.retryAfter : undefined;
}

function stateIn(screen: Screen): CheckState | null {
  return 'state' in screen ? screen.state : null;
}

// A look at the state must not take the refusal away that the learner is reading, nor replace an open page by
// "no connection" before the learner has asked for anything.
function keepNotice(before: Screen, next: Screen): Screen {
  if (before.kind !== 'open') return next;
  if (next.kind === 'unreachable') return before;
  const outdated = before.notice?.kind === 'outcome-unknown';
  if (next.kind !== 'open') return next;
  if (next.state.registered && !before.state.registered) return next;
  return { ...next, notice: outdated ? { kind: 'not-judged', until: 0 } : before.notice };
}

/** How often the page looks whether the app was registered meanwhile, on another device that cannot tell it. */
const LOOK_MS = 5_000;

function useRegistering(screen: Screen, reload: () => Promise<void>): void {
  const isWaiting = screen.kind === 'open' && !screen.state.registered;
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), LOOK_MS);
    return () => clearInterval(timer);
  }, [isWaiting, reload]);
}

// The learner comes back from the app, perhaps registered by now; or the network does.
function useReturning(current: { readonly current: Screen }, reload: () => Promise<void>): void {
  useEffect(() => {
    const look = (): void => {
      const { kind } = current.current;
      if (document.visibilityState === 'visible' && (kind === 'open' || kind === 'unreachable')) reload();
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('online', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('online', look);
    };
  }, [reload]);
}
