import type { DatabaseName } from './measure.ts';
import type { Report } from './report.ts';

/** Of the bare handler's rate at 64 connections: wrong codes, right ones, and the attack. */
const OF_BARE: Record<DatabaseName, number> = { SQLite: 0.6, PostgreSQL: 0.4 };
const TIMES_BETTER_AUTH = 50;
/** Time of an answer over the largest database through that over the smallest. */
const GROWTH = 1.15;

/** One line for each aim of this run, reached or not. */
export function aimsOf({ others, scale, sites }: Report): string[] {
  const mine = others.filter(({ who, kind }) => who === 'ours' && kind !== 'search');
  const largest = Math.max(...sites.map(({ registered }) => registered));
  return [
    ...mine.map(({ database, kind, ofBare }) =>
      line(`${database}, ${kind}: ${ofBare.toFixed(2)} of the bare handler`, OF_BARE[database], ofBare),
    ),
    ...mine.flatMap(({ database, kind, timesBetterAuth: times }) =>
      times === undefined
        ? []
        : [line(`${database}, ${kind}: ${times.toFixed(0)} times better-auth`, TIMES_BETTER_AUTH, times)],
    ),
    ...scale
      .filter(({ registered }) => registered === largest)
      .map(({ database, kind, growth }) =>
        line(
          `${database}, ${kind}: time ${growth.toFixed(2)} over ${count(largest)} people`,
          GROWTH,
          growth,
          'at most',
        ),
      ),
  ];
}

function line(
  what: string,
  aim: number,
  got: number,
  direction: 'at least' | 'at most' = 'at least',
): string {
  const isReached = direction === 'at least' ? got >= aim : got <= aim;
  return `- ${what} (aim: ${direction} ${aim}): ${isReached ? 'reached' : '**not reached**'}`;
}

const count = (number: number): string => number.toLocaleString('en');
