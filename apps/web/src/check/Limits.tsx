import { clockText, spokenTime } from './durations.ts';
import type { OpenScreen } from './state.ts';
import { useTexts } from './texts.ts';

export function Limits({ screen, now }: { readonly screen: OpenScreen; readonly now: number }) {
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
