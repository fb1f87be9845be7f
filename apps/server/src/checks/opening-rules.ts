/** C-1: how long a check's URL is valid. */
export const CHECK_MINUTES = 10;

/** An open check is given again while it has this long left. */
const REUSE_MS = 5 * 60_000;

interface Question {
  name_key: string;
  phone_key: string;
  session_key?: string | null;
  return_url?: string | null;
}

/** Whether an open check of the same occasion asks the same question of the same person. */
export function isReusable(before: Question & { expires_at: number }, after: Question, now: number): boolean {
  return (
    before.expires_at - now >= REUSE_MS &&
    before.name_key === after.name_key &&
    before.phone_key === after.phone_key &&
    (before.session_key ?? null) === (after.session_key ?? null) &&
    (before.return_url ?? null) === (after.return_url ?? null)
  );
}
