import { type Config, type Environment, readConfig } from '../config.ts';
import { type Deployment, inspectDatabase, openDeployment } from '../deployment/open-deployment.ts';
import { keyFileExists, readKeyFile, writeKeyFile } from '../keys/key-file.ts';
import { type MasterKey, MasterKeyError, newMasterKey } from '../keys/master-key.ts';
import { realWorld } from '../world.ts';
import { CommandError, say } from './output.ts';

type OpenedOrProblems =
  | { deployment: Deployment; problems: [] }
  | { deployment: undefined; problems: string[] };

/**
 * What a command needs that works on the database: key and database, no other setting. A `move` also opens a
 * deployment that was closed. @throws CommandError
 */
export async function openKeyAndDatabase(
  env: Environment,
  purpose: 'command' | 'move' = 'command',
): Promise<Deployment> {
  const { deployment, problems } = await openBoth(env, purpose);
  if (!deployment) throw new CommandError(problems);
  return deployment;
}

/**
 * Settings, key and database together, so that everything that is wrong is said at once (P-5).
 * @throws CommandError
 */
export async function openForServing(env: Environment): Promise<{ config: Config; deployment: Deployment }> {
  const read = readConfig(env);
  const purpose = env.MOTP_MODE === 'demo' ? 'demo' : 'production';
  const { deployment, problems } = await openBoth(
    env,
    purpose,
    read.kind === 'config' ? poolOf(read.config) : {},
  );
  if (read.kind === 'config' && deployment) return { config: read.config, deployment };
  await deployment?.database.close();
  throw new CommandError([...(read.kind === 'problems' ? read.problems : []), ...problems]);
}

type Wanted = Parameters<typeof openDeployment>[0];
type Purpose = Wanted['purpose'];
type Pool = Pick<Wanted, 'postgres' | 'connections'>;

const poolOf = ({ databaseConnections: connections, workers }: Config): Pool => ({
  postgres: { connections, pace: 'serving' },
  connections: connections * workers,
});

async function openBoth(env: Environment, purpose: Purpose, pool: Pool = {}): Promise<OpenedOrProblems> {
  const problems: string[] = [];
  const keyFile = env.MOTP_KEY_FILE ?? 'data/master.key';
  const master = masterKey(keyFile, { purpose, makes: env.MOTP_MODE === 'demo' }, problems);
  const databaseUrl = env.MOTP_DATABASE ?? 'sqlite:data/motp.db';
  if (!master) {
    const more = await inspectDatabase({ databaseUrl, purpose });
    return { deployment: undefined, problems: [...problems, ...more] };
  }
  const opened = await openDeployment({
    databaseUrl,
    master,
    reread: () => readKeyFile(keyFile),
    purpose,
    world: realWorld,
    ...pool,
  });
  if (opened.kind === 'problems') {
    return { deployment: undefined, problems: [...problems, ...opened.problems] };
  }
  if (problems.length === 0) return { deployment: opened.deployment, problems: [] };
  await opened.deployment.database.close();
  return { deployment: undefined, problems };
}

function masterKey(
  path: string,
  { purpose, makes }: { purpose: Purpose; makes: boolean },
  problems: string[],
): MasterKey | undefined {
  if (makes && !keyFileExists(path)) {
    writeKeyFile(
      path,
      newMasterKey((bytes) => realWorld.random(bytes), true),
    );
    say(`Made a demo key: ${path} (production refuses it).`);
  }
  try {
    const master = readKeyFile(path);
    if (master.demo && purpose === 'production') {
      problems.push('MOTP_KEY_FILE was made by the demo: make one with `motp key new --out FILE`');
    }
    return master;
  } catch (error) {
    if (!(error instanceof MasterKeyError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}
