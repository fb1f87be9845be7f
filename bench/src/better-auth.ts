import { execFileSync, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder } from '../../test/support/processes.ts';
import type { Contestant } from './contestants.ts';
import { readProcess } from './figures.ts';
import type { Shot } from './load.ts';
import { ownFolder } from './own-folder.ts';
import { progress } from './progress.ts';
import type { Kind } from './shots.ts';

/** From bench/dist, where the bundled bench runs, and from bench/src alike. */
const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'better-auth');
const PATH = '/api/auth/two-factor/verify-totp';

/** What its server tells: sign-ins that wait for their second factor, and codes that are right and wrong for them. */
interface Pending {
  cookies: string[];
  code: string;
  wrongCodes: string[];
}

export interface BetterAuth {
  contestant: Contestant;
  stop(): Promise<void>;
}

/** 21 packages, 25 MB: only who measures it installs them. */
export function installBetterAuth(): void {
  if (existsSync(join(FOLDER, 'node_modules/better-auth/package.json'))) return;
  progress('… installing better-auth from npm, into bench/better-auth alone');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-fund', '--no-audit', '--loglevel=error', '--ignore-scripts'];
  const options = { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] };
  if (npm?.endsWith('.js')) execFileSync(process.execPath, [npm, ...args], options);
  else execFileSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** @param url of an empty PostgreSQL database; undefined for SQLite */
export async function startBetterAuth(url: string | undefined, users: number): Promise<BetterAuth> {
  const folder = await ownFolder();
  const address = url ?? `sqlite:${join(folder, 'better-auth.db')}`;
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = fork(join(FOLDER, 'server.mjs'), [address, String(users)], { env });
  const kill = () => child.kill();
  process.once('exit', kill);
  const told = <T>() =>
    new Promise<T>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`better-auth's server ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message as T);
      });
    });
  const stop = async () => {
    process.off('exit', kill);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.kill()) await ended;
    await removeFolder(folder);
  };
  try {
    const { port } = await told<{ port: number }>();
    const pending = () => {
      const answer = told<Pending>();
      child.send('prepare');
      return answer;
    };
    return { contestant: contestant(port, pending), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const contestant = (port: number, pending: () => Promise<Pending>): Contestant => ({
  ...{ name: 'better-auth', port, isEndless: false },
  prepare: async (kind) => shotsOf(kind, port, await pending()),
  read: () => readProcess(port),
  expected: (kind) => (kind === 'right' ? ['signed-in'] : ['401 INVALID_CODE']),
});

/** Four wrong codes for each sign-in, as for ours; a right one ends it. */
function shotsOf(kind: Kind, port: number, { cookies, code, wrongCodes }: Pending): Shot[] {
  const codes = kind === 'right' ? [code] : wrongCodes;
  return codes.flatMap((each) =>
    cookies.map((cookie) => ({
      path: PATH,
      body: `{"code":"${each}"}`,
      headers: `cookie: ${cookie}\r\norigin: http://127.0.0.1:${port}\r\n`,
    })),
  );
}
