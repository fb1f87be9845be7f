import { CommitUnknownError } from './commit-unknown.ts';

/**
 * SQLSTATE classes: 08 connection, 28 credentials (a password that is being changed), 3D no such database (one that is
 * being restored), 40 rolled back, 53 resources, 57 operator intervention, 58 system.
 */
const PASSING_CLASSES = ['08', '28', '3D', '40', '53', '57', '58'];
/** A standby takes no writes; idle in a transaction, and the whole transaction, too long; a lock was not given in time. */
const PASSING_STATES = ['25006', '25P03', '25P04', '55P03'];
const PASSING_CODES = [
  'SQLITE_BUSY',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  // A deployment that was moved away is frozen by triggers (ADR 0020).
  'SQLITE_CONSTRAINT_TRIGGER',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
];

/** Whether a fault is the database being away or busy rather than the product being wrong: 503, not 500. */
export function isDatabaseFault(error: unknown): boolean {
  if (error instanceof CommitUnknownError) return true;
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') {
    return (
      PASSING_CODES.some((known) => code.startsWith(known)) ||
      PASSING_STATES.includes(code) ||
      PASSING_CLASSES.includes(code.slice(0, 2))
    );
  }
  return /connection terminated|timeout exceeded when trying to connect|query read timeout|not queryable/i.test(
    error.message,
  );
}

/** SQLSTATE serialization_failure and deadlock_detected: everything was undone, and another try may do. */
export const mayBeTriedAgain = (error: unknown): boolean =>
  error instanceof Error && ['40001', '40P01'].includes(String((error as { code?: unknown }).code));
