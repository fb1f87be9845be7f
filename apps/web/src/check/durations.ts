import type { Translate } from './texts.ts';

/** `9:05`, for the clock on the page. @param ms milliseconds */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** The same as it is spoken: `3분`, `30초`; from an hour on without seconds. @param ms milliseconds */
export function spokenTime(ms: number, t: Translate): string {
  const whole = Math.max(0, Math.ceil(ms / 1000));
  if (whole >= 3_600) return hoursText(Math.ceil(whole / 60), t);
  const [minutes, seconds] = [Math.floor(whole / 60), whole % 60];
  if (minutes === 0) return t('time.seconds', { seconds });
  return seconds === 0 ? t('time.minutes', { minutes }) : t('time.minutes-seconds', { minutes, seconds });
}

/** How far a clock is off, in words: `9시간`, `5시간 30분`, `7분`. @param seconds of either sign */
export function offsetText(seconds: number, t: Translate): string {
  const whole = Math.round(Math.abs(seconds) / 60);
  // A phone of another country is off by whole quarters of an hour; a minute more or less is the code's age.
  const quarter = Math.round(whole / 15) * 15;
  const rounded = whole > 15 && Math.abs(whole - quarter) <= 1 ? quarter : whole;
  return hoursText(rounded, t);
}

function hoursText(whole: number, t: Translate): string {
  const [hours, minutes] = [Math.floor(whole / 60), whole % 60];
  if (hours === 0) return t('time.minutes', { minutes });
  return minutes === 0 ? t('time.hours', { hours }) : t('time.hours-minutes', { hours, minutes });
}

/** `11월 23일 14:05`, in this device's time zone. @param at ISO 8601 */
export function dateText(at: string, t: Translate): string {
  const parts = {
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
  } as const;
  return new Intl.DateTimeFormat(t('time.locale'), parts).format(new Date(at));
}
