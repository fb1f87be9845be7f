import type { Environment } from '../config.ts';
import { CommitUnknownError } from '../db/commit-unknown.ts';
import { type Database, openDatabase } from '../db/open.ts';
import { readKeyFile } from '../keys/key-file.ts';
import { type Keyring, openKeyring } from '../keys/keyring.ts';
import { MasterKeyError } from '../keys/master-key.ts';
import { reopenDeployment } from '../transfer/close-deployment.ts';
import { exportDeployment } from '../transfer/export-deployment.ts';
import { checkFile, importDeployment } from '../transfer/import-deployment.ts';
import { TransferError } from '../transfer/rules.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result, say } from './output.ts';
import { showProgress } from './progress.ts';

/** Prints `{"file","rows","final"}`. */
export async function exportCommand(
  env: Environment,
  version: string,
  { out, final = false }: { out: string; final?: boolean },
): Promise<void> {
  const { database, keyring } = await openKeyAndDatabase(env, 'move');
  const progress = showProgress(realWorld);
  try {
    const exporting = { database, keyring, world: realWorld, version, progress };
    const { rows } = await inWords(() => exportDeployment(exporting, { out, final }));
    progress.end();
    say(...(final ? CLOSED : STILL_OPEN));
    result({ file: out, rows, final });
  } finally {
    await database.close();
  }
}

const CLOSED = [
  '이 배포는 닫혔습니다. 새 자리에서 가져오기를 마친 뒤 그곳에서 시작하세요.',
  'This deployment is closed. Import the file at the new place with the same key file, then serve there.',
];

const STILL_OPEN = [
  '이 배포는 열려 있습니다. 이 뒤의 응답은 파일에 없습니다. 옮길 때는 서버를 멈추고 --final 로 다시 내보내세요.',
  'This deployment is still open: answers after this moment are not in the file. To move, stop the servers and export with --final.',
];

/** Prints `{"rows","final","resumed"}`. */
export async function importCommand(env: Environment, { from }: { from: string }): Promise<void> {
  const isDemo = env.MOTP_MODE === 'demo';
  const keyring = keyringOf(env, isDemo);
  const progress = showProgress(realWorld);
  const importing = { keyring, world: realWorld, isDemo, progress };
  const file = await inWords(() => checkFile(from, importing));
  const database = openTarget(env.MOTP_DATABASE ?? 'sqlite:data/motp.db');
  try {
    const { rows, resumed } = await inWords(() => importDeployment(database, file, importing));
    progress.end();
    say(...IMPORTED, ...(file.head.final ? [] : NOT_FINAL));
    result({ rows, final: file.head.final, resumed });
  } finally {
    await database.close();
  }
}

const IMPORTED = [
  '가져왔고 대조했습니다. 지금까지의 인증번호는 모두 쓴 것이 되었습니다. 이제 시작할 수 있습니다.',
  'Imported and compared. Every code until now is spent, open checks are over. The deployment can be served here.',
];

const NOT_FINAL = [
  '주의: 원본은 닫히지 않았습니다. 그 뒤의 응답은 여기에 없습니다.',
  'Note: the source was not closed; what it answered after the export is not here. Never serve both.',
];

export async function reopenCommand(env: Environment): Promise<void> {
  const { database } = await openKeyAndDatabase(env, 'move');
  try {
    await inWords(() => reopenDeployment(database, realWorld));
    say('Open again. Every code until now is spent, open checks are over. Never serve the copy as well.');
  } finally {
    await database.close();
  }
}

function keyringOf(env: Environment, isDemo: boolean): Keyring {
  try {
    const master = readKeyFile(env.MOTP_KEY_FILE ?? 'data/master.key');
    if (master.demo && !isDemo)
      throw new CommandError(['MOTP_KEY_FILE was made by the demo: production takes nothing of it']);
    return openKeyring(master, (bytes) => realWorld.random(bytes));
  } catch (error) {
    if (error instanceof MasterKeyError) throw new CommandError([error.message]);
    throw error;
  }
}

function openTarget(url: string): Database {
  try {
    return openDatabase(url);
  } catch (error) {
    throw new CommandError([`MOTP_DATABASE cannot be opened (${reasonOf(error)})`]);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? ((error as { code?: string }).code ?? error.name) : 'unknown';

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TransferError) throw new CommandError(error.problems);
    // A disk that is full, a connection that breaks: the code is the whole story.
    const isOutside = (error as { code?: unknown } | undefined)?.code !== undefined;
    if (isOutside || error instanceof CommitUnknownError)
      throw new CommandError([
        `it broke off (${reasonOf(error)}): nothing is lost, run the same command again`,
      ]);
    throw error;
  }
}
