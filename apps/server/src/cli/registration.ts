import type { Environment } from '../config.ts';
import {
  type Operated,
  type OperatingDependencies,
  type Operation,
  releaseRegistration,
  resetRegistration,
  showRegistration,
  unlockRegistration,
} from '../registration/operate-registration.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result, say } from './output.ts';

type Asked = Omit<Operation, 'actor'>;

async function operate<Done>(
  env: Environment,
  asked: Asked,
  act: (dependencies: OperatingDependencies, operation: Operation) => Promise<Operated<Done>>,
): Promise<Done> {
  const { database, keyring } = await openKeyAndDatabase(env);
  try {
    const operated = await act({ database, keyring, world: realWorld }, { ...asked, actor: 'command' });
    if (isRefused(operated)) throw new CommandError([operated.problem]);
    return operated;
  } finally {
    await database.close();
  }
}

type Refused = Extract<Operated, { kind: 'refused' }>;

const isRefused = <Done>(operated: Operated<Done>): operated is Refused =>
  (operated as { kind?: unknown }).kind === 'refused';

/** Prints one line of JSON: how the registration stands, name and number masked. */
export async function registrationShow(env: Environment, asked: Asked): Promise<void> {
  result((await operate(env, asked, showRegistration)).registration);
}

export async function registrationUnlock(env: Environment, asked: Asked): Promise<void> {
  await operate(env, asked, unlockRegistration);
  say('Unlocked. The learner has five tries again.');
}

export async function registrationReset(env: Environment, asked: Asked): Promise<void> {
  await operate(env, asked, resetRegistration);
  say('Ended. The learner registers again in the app.');
}

export async function registrationRelease(env: Environment, asked: Asked): Promise<void> {
  await operate(env, asked, releaseRegistration);
  say('Released. The next registration of this number may have another name.');
}
