/** The commit was sent and no answer came: only the rows themselves can tell whether it holds. */
export class CommitUnknownError extends Error {
  override name = 'CommitUnknownError';

  constructor(cause: unknown) {
    super('the outcome of a commit is unknown', { cause });
  }
}
