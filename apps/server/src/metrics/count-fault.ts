import { isDatabaseFault } from '../db/faults.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { LimitLabel, Metrics } from './meter.ts';

/** The limits that are kept in the database; those of http/limits.ts count themselves, under finer names. */
const limits: Partial<Record<ProblemResponse['code'], LimitLabel>> = {
  'message-limit': 'message',
  'registration-limit': 'registration',
  'proof-closed': 'proof',
  'identity-limit': 'identity',
};

/** Counts what a request ended with: a limit, or the database being away. */
export function faultCounter(metrics: Pick<Metrics, 'limited' | 'databaseFailed'>): (error: Error) => void {
  return (error) => {
    if (error instanceof ProblemResponse) {
      const limit = limits[error.code];
      if (limit !== undefined) metrics.limited(limit);
    } else if (isDatabaseFault(error)) metrics.databaseFailed();
  };
}
