import { useEffect, useState } from 'preact/hooks';
import type { ClockKeeper } from './clock-keeper.ts';

/** Server time in epoch ms, anew at every full second of it. */
export function useServerTime(clock: ClockKeeper): number {
  const [now, setNow] = useState(clock.now());
  useEffect(() => {
    let timer = 0;
    const tick = () => {
      const at = clock.now();
      setNow(at);
      timer = window.setTimeout(tick, 1000 - (at % 1000) + 5);
    };
    tick();
    return () => clearTimeout(timer);
  }, [clock]);
  return now;
}
