import { useTexts } from '../texts.ts';

const RADIUS = 50;
const ROUND = 2 * Math.PI * RADIUS;
const LAST = 10;

type Props = { readonly left: number; readonly period: number };

/**
 * The ring that empties, with its seconds. In the last ten it changes colour, and shape: from a band to ten beads, of
 * which one goes every second, so that the change is seen without colour too.
 */
export function Ring({ left, period }: Props) {
  const { t } = useTexts();
  const soon = left <= LAST;
  return (
    <div
      class={soon ? 'ring soon' : 'ring'}
      role="timer"
      aria-label={t('code-left-label', { seconds: left })}
    >
      <svg viewBox="0 0 120 120" aria-hidden="true">
        <circle class="ring-track" cx="60" cy="60" r={RADIUS} />
        <circle
          class="ring-left"
          cx="60"
          cy="60"
          r={RADIUS}
          stroke-dasharray={soon ? beads(left) : band(left / period)}
        />
      </svg>
      <p class="ring-seconds" aria-hidden="true">
        {t('code-left', { seconds: left })}
      </p>
      <p class="ring-text" aria-hidden="true">
        {t(soon ? 'code-soon' : 'code-until')}
      </p>
    </div>
  );
}

const band = (share: number): string => `${ROUND * share} ${ROUND}`;

/** Dashes of no length, which round caps make into dots; the last gap hides the rest of the circle. */
const beads = (count: number): string =>
  [...Array<string>(count - 1).fill(`0 ${ROUND / LAST}`), `0 ${ROUND}`].join(' ');
