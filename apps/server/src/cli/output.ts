/** What a command says to people goes to stderr; stdout carries results for programs. */
export function say(...lines: string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
}

export function result(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A command that cannot go on: every problem on a line of its own, then a non-zero exit. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
