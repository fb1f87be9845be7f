import type { IdentityAttempt, IdentityMethod } from '@motp/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type IdentityWindow, type Started, startIdentity, thisBrowser } from '../common/identity-window.ts';
import { type IdentityWork, readOutcome, sayNotBegun } from './identity.ts';
import type { Attempt } from './store.ts';
import { type T, useTexts } from './texts.ts';

/** Of a passed check that could not be used: what to say, and whether it is to be tried again as it is. */
export type NotUsed = { readonly text: string; readonly again: boolean };

export type IdentityCheck = {
  readonly waiting: boolean;
  readonly busy: boolean;
  /** Why the latest one came to nothing. */
  readonly said: string | undefined;
  /** In a click: opens the provider's window. */
  start(method: IdentityMethod): Promise<void>;
  /** In a click: the window once more; undefined when this page has not opened it. */
  readonly show: (() => void) | undefined;
  /** Back to the buttons; what was begun is waited for no more. */
  forget(): Promise<void>;
};

/**
 * An identity check in another window. What the page is told by the window only shortens the wait: the outcome is
 * the server's, asked for every two seconds and whenever the page is seen again.
 */
export function useIdentity(
  work: IdentityWork,
  kept: Attempt | undefined,
  onPassed: (attempt: string) => Promise<NotUsed | undefined>,
): IdentityCheck {
  const { t } = useTexts();
  const [attempt, setAttempt] = useState(kept);
  const [opened, setOpened] = useState<IdentityWindow>();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<string>();

  async function end(text?: string): Promise<void> {
    setAttempt(undefined);
    setOpened(undefined);
    setSaid(text);
    await work.keep(undefined);
  }
  /** Resolves to whether there is more to wait for. */
  async function look(id: string): Promise<boolean> {
    const found = readOutcome(await work.outcome(id));
    if (found.kind === 'waiting') return true;
    opened?.leave();
    const notUsed = found.kind === 'passed' ? await onPassed(id) : undefined;
    if (notUsed?.again) setSaid(notUsed.text);
    else await end(found.kind === 'over' ? t(found.said) : notUsed?.text);
    return notUsed?.again === true;
  }
  useLooking(attempt?.id, opened, look);

  async function start(method: IdentityMethod): Promise<void> {
    if (busy) return;
    setBusy(true);
    setSaid(undefined);
    const started = await open(t, work, method);
    setBusy(false);
    setSaid(whyNot(t, started));
    if (started.kind !== 'window') return;
    setOpened(started);
    setAttempt(attemptOf(started.attempt));
  }

  const show = opened && (() => void opened.show());
  return { waiting: attempt !== undefined, busy, said, start, show, forget: () => end() };
}

// Apart from any screen: on a phone the new window hides the app, and what is behind the passcode goes (SPEC T-2).
function open(t: T, work: IdentityWork, method: IdentityMethod): Promise<Started> {
  async function begin() {
    const answer = await work.begin(method);
    if (answer.kind === 'ok') await work.keep(attemptOf(answer.body));
    return answer;
  }
  return startIdentity({ begin, back: '/app/', wait: t('identity-wait') }, thisBrowser());
}

const attemptOf = ({ attempt, expiresAt }: IdentityAttempt): Attempt => ({
  id: attempt,
  expiresAt: Date.parse(expiresAt),
});

function whyNot(t: T, started: Started): string | undefined {
  if (started.kind === 'not-begun') return sayNotBegun(t, started.answer);
  return started.kind === 'blocked' ? t('identity-blocked') : undefined;
}

const LOOK_EVERY_MS = 2_000;

function useLooking(
  id: string | undefined,
  opened: IdentityWindow | undefined,
  look: (id: string) => Promise<boolean>,
): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (id === undefined) return;
    let timer = 0;
    let running = false;
    let over = false;
    async function go(attempt: string): Promise<void> {
      if (running || over || document.visibilityState === 'hidden') return;
      running = true;
      clearTimeout(timer);
      over = !(await latest.current(attempt)) || over;
      running = false;
      if (!over) timer = window.setTimeout(go, LOOK_EVERY_MS, attempt);
    }
    const now = () => void go(id);
    now();
    opened?.finished.then(now);
    document.addEventListener('visibilitychange', now);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', now);
    };
  }, [id, opened]);
}
