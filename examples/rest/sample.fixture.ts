import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** An example in another language, as commands. */
export interface Sample {
  /** Reads a call per line of JSON and answers each with a line. */
  calls: string[];
  /** A site with one exam behind a check, on this port of 127.0.0.1. */
  site(port: number): string[];
}

/** What a call came to: what the function returned, or what it threw. */
export interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts whatever shape the example gives
  returned?: any;
  problem?: string;
  /** The error as it would stand in a log, with its stack. */
  message?: string;
  status?: number;
  retryAfter?: number | null;
}

/** One example at work. */
export interface Example {
  call(name: string, fields: Record<string, unknown>): Promise<Outcome>;
  /** Settings of a client that has fetched no keys yet. */
  settings(url: string, more?: Record<string, unknown>): Record<string, unknown>;
}

export const codeOf = ({ problem, returned }: Outcome): string =>
  problem ?? (returned ? 'believed' : 'nothing');

/** Whether a program of this machine says that it is at least of this version. */
export function hasProgram([program = '', ...args]: string[], minimum: number): boolean {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const version = /\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0];
  return status === 0 && version !== undefined && Number(version) >= minimum;
}

export function startProcess(
  [program = '', ...args]: string[],
  env: Record<string, string> = {},
): ChildProcess & { log(): string } {
  const child = spawn(program, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'pipe' });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return Object.assign(child, { log: () => log });
}

export async function endProcess(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await closed;
}

/** The example as a process that is asked one thing after another. */
export class Calls {
  readonly #child: ReturnType<typeof startProcess>;
  readonly #lines: AsyncIterator<string>;

  constructor(sample: Sample) {
    this.#child = startProcess(sample.calls);
    const { stdout } = this.#child;
    if (!stdout) throw new Error('the example has no output');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async call(call: string, fields: Record<string, unknown>): Promise<Outcome> {
    this.#child.stdin?.write(`${JSON.stringify({ call, ...fields })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the example ended:\n${this.#child.log()}`);
    return JSON.parse(value);
  }

  end(): Promise<void> {
    return endProcess(this.#child);
  }
}
