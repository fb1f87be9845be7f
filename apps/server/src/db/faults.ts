import { CommitUnknownError } from './open.ts';

/** SQLSTATE classes: 08 connection, 40 rolled back, 53 resources, 57 operator intervention, 58 system. */
const PASSING_CLASSES = ['08', '40', '53', '57', '58'];
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
  'EPIPE',
  'ETIMEDOUT',
];

/** Whether a fault is the database being away or busy rather than the product being wrong: 503, not 500. */
export function isDatabaseFault(error: unknown): boolean {
  if (error instanceof CommitUnknownError) return true;
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') {
    return (
      PASSING_CODES.some((known) => code.startsWith(known)) || PASSING_CLASSES.includes(code.slice(0, 2))
    );
  }
  return /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
    error.message,
  );
}
