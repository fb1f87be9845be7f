import { useEffect, useRef } from 'preact/hooks';
import type { ClockKeeper } from './clock-keeper.ts';
import type { TextKey } from './texts.ts';

/** SPEC T-2 */
const SHOWN_FOR_MS = 180_000;
const LOOK_EVERY_MS = 1_000;

type Reactions = { readonly onHide: (said?: TextKey) => void; readonly onJump: () => void };

/** Hides the code in the background and after three minutes, and watches the phone's clock meanwhile. */
export function useHiding(clock: ClockKeeper, reactions: Reactions): void {
  const latest = useRef(reactions);
  latest.current = reactions;
  useEffect(() => {
    const since = performance.now();
    const hide = () => {
      clock.watch(true);
      latest.current.onHide();
    };
    const seen = () => document.visibilityState === 'hidden' && hide();
    const timer = setInterval(async () => {
      if (performance.now() - since >= SHOWN_FOR_MS) latest.current.onHide('notice-time');
      else if (await clock.watch(false)) latest.current.onJump();
    }, LOOK_EVERY_MS);
    document.addEventListener('visibilitychange', seen);
    addEventListener('pagehide', hide);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('pagehide', hide);
    };
  }, [clock]);
}
