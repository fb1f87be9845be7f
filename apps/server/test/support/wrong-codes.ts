import type { Phone } from './phone.ts';

const HOURS = 15;

/** Distinct codes that are wrong for hours around a moment, in random order. */
export function wrongCodes(phone: Phone, at: number, count: number): string[] {
  const right = new Set<string>();
  for (let minute = -HOURS * 60; minute <= HOURS * 60; minute++) right.add(phone.code(at + minute * 60_000));
  const wrong = new Set<string>();
  while (wrong.size < count) {
    const code = String(Math.floor(Math.random() * 1_000_000)).padStart(6, '0');
    if (!right.has(code)) wrong.add(code);
  }
  return [...wrong];
}

/** How often each text occurs. */
export function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

/** `passed`, a reason, or a problem’s code: what one answer came to. */
export const outcomeOf = ({
  json,
}: {
  json: { outcome?: string; reason?: string; code?: string };
}): string => (json.outcome === 'passed' ? 'passed' : (json.reason ?? json.code ?? 'nothing'));
