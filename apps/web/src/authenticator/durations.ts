import type { T } from './texts.ts';

/** A time to wait, rounded up: seconds below a minute, then minutes, then hours. */
export function waitText(t: T, seconds: number): string {
  if (seconds < 60) return t('wait-seconds', { amount: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 3600) return t('wait-minutes', { amount: Math.ceil(seconds / 60) });
  return t('wait-hours', { amount: Math.ceil(seconds / 3600) });
}

/** How far a clock is off, to the minute. */
export function differenceText(t: T, offsetMs: number): string {
  const total = Math.round(Math.abs(offsetMs) / 60_000);
  const [hours, minutes] = [Math.floor(total / 60), total % 60];
  if (hours === 0) return t('difference-minutes', { minutes });
  return minutes === 0 ? t('difference-hours', { hours }) : t('difference-both', { hours, minutes });
}
