import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Config, Environment } from '../config.ts';
import type { Deployment } from '../deployment/open-deployment.ts';
import { setDropIn } from '../drop-in/set-drop-in.ts';
import { demoInstitution } from '../institutions/demo-institution.ts';
import { rotateSecret, setWebhook } from '../webhooks/manage-endpoint.ts';
import { resolveHost } from '../webhooks/resolve.ts';
import { realWorld } from '../world.ts';
import { openForServing } from './deployment.ts';
import { migrateCommand } from './migrate.ts';
import { CommandError, say } from './output.ts';
import type { Running } from './running.ts';
import { type Built, serve } from './serve.ts';

/** Server and sample LMS over an embedded database, for one computer. */
export async function demo(env: Environment, built: Built & { lmsFile: string }): Promise<Running> {
  const demoEnv = { ...env, MOTP_MODE: 'demo' };
  await migrateCommand(demoEnv);
  const { config, deployment } = await openForServing(demoEnv);
  const origin = `http://127.0.0.1:${config.lmsPort}`;
  const { id, apiKey } = await demoInstitution(deployment.database, realWorld, origin);
  await setDropIn(
    { database: deployment.database, world: realWorld },
    { institution: id, agtid: id, origins: [], off: false },
  );
  const webhookSecret = await newWebhookSecret(config, deployment, id, `${origin}/motp-webhook`);
  const server = await serve(config, deployment, built);
  const lms = spawn(process.execPath, [built.lmsFile], {
    env: {
      PATH: env.PATH,
      MOTP_URL: config.publicUrl,
      MOTP_API_KEY: apiKey,
      MOTP_INSTITUTION: id,
      MOTP_AGTID: id,
      LMS_WEBHOOK_SECRET: webhookSecret,
      LMS_HOST: '127.0.0.1',
      LMS_PORT: String(config.lmsPort),
      LMS_ORIGIN: origin,
    },
    // The channel ends with this process, however it ends, and the sample LMS with it.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const stop = async () => {
    await endChild(lms);
    await server.stop();
  };
  try {
    await answering(`${origin}/`, lms);
  } catch (error) {
    await stop();
    throw error;
  }
  say(...welcome(config, origin));
  return { stop };
}

/** As the API key, a secret of its own for each start: none lies in a file. */
async function newWebhookSecret(
  { webhookPolicy: policy }: Config,
  { database, keyring }: Deployment,
  institution: string,
  url: string,
): Promise<string> {
  const dependencies = { database, keyring, world: realWorld, resolve: resolveHost, policy };
  const owner = { institution, actor: 'command' };
  const set = await setWebhook(dependencies, owner, url);
  if (set.kind === 'made') return set.secret;
  const rotated = set.kind === 'changed' ? await rotateSecret(dependencies, owner) : undefined;
  if (rotated === undefined) throw new Error(`the demo may not send webhooks to ${url}`);
  return rotated.secret;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const attempts = 100;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const response = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
    await response?.body?.cancel();
    if (response && response.status < 500) return;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new CommandError([`the sample LMS does not answer on ${url}: is the port taken? (MOTP_LMS_PORT)`]);
}

const welcome = ({ publicUrl, appUrl }: Config, lms: string): string[] => [
  '',
  '  motp 데모가 준비되었습니다. The demo is ready.',
  '',
  `  1. 학습 사이트   Training site   ${lms}/          ← 여기서 시작하세요. Start here.`,
  `  2. mOTP 앱       App             ${appUrl}/app/`,
  `  3. 문자함        SMS outbox      ${publicUrl}/demo/outbox`,
  `     기존 페이지   Old page        ${publicUrl}/demo/drop-in`,
  `     API 문서      API reference   ${publicUrl}/docs`,
  '',
  '  훈련생 Learner: 홍길동 010-1234-5678',
  '  시험을 열면 본인인증을 요구합니다. 앱에서 등록하고, 문자함의 번호로 확인한 뒤, 앱의 6자리를 입력하세요.',
  '  Open the exam, register the app, prove the number from the outbox, type the six digits.',
  '',
  '  데이터는 data/ 에 남습니다. Ctrl+C 로 끝냅니다. Data stay in data/; Ctrl+C ends the demo.',
  '',
];
