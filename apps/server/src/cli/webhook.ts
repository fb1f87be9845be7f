import { type Environment, readWebhookPolicy } from '../config.ts';
import { findOwner } from '../institutions/read-institution.ts';
import { setWebhook } from '../webhooks/manage-endpoint.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { openKeyAndDatabase } from './deployment.ts';
import { CommandError, result, say } from './output.ts';

/** Prints `{"secret"}`, which is shown this once; null when the webhook only moved and keeps its secret. */
export async function webhookSet(
  env: Environment,
  asked: { institution: string; url: string },
): Promise<void> {
  const problems: string[] = [];
  const policy = readWebhookPolicy(env, env.MOTP_MODE === 'demo', problems);
  if (problems.length > 0) throw new CommandError(problems);
  const { database, keyring } = await openKeyAndDatabase(env);
  try {
    const institution = await findOwner(database, asked.institution);
    if (!institution) throw new CommandError([`there is no institution "${asked.institution}"`]);
    const dependencies = { database, keyring, world: realWorld, resolve: resolveHost, policy };
    const owner = { institution: institution.id, actor: 'command' };
    const set = await setWebhook(dependencies, owner, asked.url);
    if (set.kind === 'refused') throw new CommandError([REFUSED]);
    if (set.kind === 'changed') say('Changed. The secret stays; POST /v1/webhook/secret makes another.');
    result({ secret: set.kind === 'made' ? set.secret : null });
  } finally {
    await database.close();
  }
}

const REFUSED =
  '--url must be an https address that the internet reaches; MOTP_WEBHOOK_PRIVATE=allow also takes private ones, and http on this machine';
