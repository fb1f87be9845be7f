import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';

const REPOSITORY = dirname(dirname(import.meta.dirname));
const MOTP = join(REPOSITORY, 'apps/server/bin/motp.mjs');

/** How long a server may take until /readyz answers. */
const READY_MS = 30_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) signal(child, 'SIGKILL');
});

export interface RunningServer {
  /** Its public address, without a slash at the end. */
  url: string;
  port: number;
  /** Address of the sample LMS; answers only when the command is `demo`. */
  lmsUrl: string;
  /** Its working folder, which is where relative settings such as `data/` lead. */
  folder: string;
  /** Everything it wrote so far, both streams. */
  log(): string;
  /** SIGKILL to it and to all it started: it gets no chance to finish anything. */
  kill(): Promise<void>;
  /** SIGTERM, as an orderly shutdown; the exit code. */
  stop(): Promise<number | null>;
}

export interface ServerOptions {
  env?: Record<string, string>;
  /** From an earlier server, to go on with its data; else a fresh one. */
  folder?: string;
  /** The same port as before, for pages that are still open. */
  port?: number;
}

/** Starts the built server as a real process and waits until it is ready. */
export async function startServer(
  command: 'serve' | 'demo',
  options: ServerOptions = {},
): Promise<RunningServer> {
  const folder = options.folder ?? (await temporaryFolder());
  const port = options.port ?? (await freePort());
  const lmsPort = await freePort();
  const url = `http://localhost:${port}`;
  const ports = { MOTP_PORT: String(port), MOTP_LMS_PORT: String(lmsPort), MOTP_PUBLIC_URL: url };
  const { child, log } = spawnMotp([command], folder, { ...ports, ...options.env });
  try {
    await untilReady(`http://127.0.0.1:${port}/readyz`, child, log);
    if (command === 'demo') await untilReady(`http://127.0.0.1:${lmsPort}/`, child, log);
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
  return {
    ...{ url, port, folder, log, lmsUrl: `http://127.0.0.1:${lmsPort}` },
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: () => end(child, 'SIGTERM'),
  };
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs another command of the built program (`institution add …`, `key new …`) to its end. */
export async function runMotp(
  args: string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<Finished> {
  const { child, streams } = spawnMotp(args, folder, env);
  const code = await ended(child);
  return { code, ...streams };
}

/** Starts another command of the built program, to be killed before its end. */
export function beginMotp(
  args: string[],
  folder: string,
  env: Record<string, string> = {},
): Pick<RunningServer, 'log' | 'kill'> {
  const { child, log } = spawnMotp(args, folder, env);
  return { log, kill: async () => void (await end(child, 'SIGKILL')) };
}

/** A folder of one's own for a server's data. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'motp-test-'));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Settings of whoever runs the tests must not leak into the servers under test. */
function spawnMotp(args: string[], cwd: string, env: Record<string, string>) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(MOTP|VITEST|LMS)_|^NODE_ENV$/.test(name),
  );
  const child = spawn(process.execPath, [MOTP, ...args], {
    ...{ cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] as const },
    env: { ...Object.fromEntries(inherited), ...env },
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  const streams = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    streams.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    streams.stderr += chunk;
  });
  return { child, streams, log: () => streams.stdout + streams.stderr };
}

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`motp ended with ${child.exitCode ?? child.signalCode} before it was ready:\n${log()}`);
    }
    const reply = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await reply?.body?.cancel();
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not answer within ${READY_MS / 1000} s:\n${log()}`);
}

async function end(child: ChildProcess, name: NodeJS.Signals): Promise<number | null> {
  const done = ended(child);
  signal(child, name);
  return done;
}

function ended(child: ChildProcess): Promise<number | null> {
  if (!running.has(child)) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', () => resolve(child.exitCode)));
}

/** SIGKILL goes to the whole process group, because nothing is left to pass it on; SIGTERM to the server alone. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(name === 'SIGKILL' ? -child.pid : child.pid, name);
  } catch {
    // It has ended already.
  }
}
