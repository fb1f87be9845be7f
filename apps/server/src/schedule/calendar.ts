/** Longer than any calendar day that clocks put back have made. */
const LONGEST_DAY_MS = 26 * 60 * 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes a thousand times as long as using it; there are some six hundred zones. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const made = new Intl.DateTimeFormat('en', {
    ...{ ...parts, timeZone, calendar: 'gregory', numberingSystem: 'latn' },
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether this server knows the zone by its IANA name; a bare offset has no daylight saving and is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The calendar day of an instant in a zone, `2026-11-23`: wherever the server stands. @throws RangeError */
export function dayOf(timeZone: string, at: number): string {
  const [month = '', day = '', year = ''] = formatOf(timeZone).format(at).split('/');
  return `${year}-${month}-${day}`;
}

export function isSameDay(timeZone: string, at: number, other: number): boolean {
  if (Math.abs(at - other) > LONGEST_DAY_MS) return false;
  return dayOf(timeZone, at) === dayOf(timeZone, other);
}

/**
 * The first instant of the next calendar day, epoch ms. Found by its date and by no arithmetic with offsets: midnight
 * may not exist (Cairo puts its clocks forward at midnight), a day may have 23 or 25 hours, or be left out (Samoa, 2011).
 */
export function nextDay(timeZone: string, at: number): number {
  const today = dayOf(timeZone, at);
  // Clocks are put forward and back on whole seconds.
  let before = Math.floor(at / 1000);
  let after = before + LONGEST_DAY_MS / 1000;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayOf(timeZone, middle * 1000) > today) after = middle;
    else before = middle;
  }
  return after * 1000;
}
