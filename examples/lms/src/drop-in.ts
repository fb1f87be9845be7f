import type { Learner } from '@motp/lms-sdk';
import type { World } from './world.ts';

/** An answer in the old shape: `{ code: '200' | 'AP001' | …, status, msg }`. */
export interface OldAnswer {
  code: string;
  [more: string]: unknown;
}

/** What the page may choose: the occasion, and the code that was typed. Who it is about, it may not. */
const CHOSEN = [
  'OTPNO',
  'SESSIONID',
  'COURSE_AGENT_PK',
  'CLASS_AGENT_PK',
  'EVAL_CD',
  'EVAL_TYPE',
  'CLASS_TME',
];
const CERTIFIED = ['M_RET', 'M_RETCD', 'M_TRNID', 'M_TRNDT'];

/** The code of the signed-in learner, asked about by this server: the browser has no say in the answer. */
export const accredit = (world: World, learner: Learner, sent: URLSearchParams): Promise<OldAnswer> =>
  post(world, '/api/v2/otp_accredit', { ...whoOf(world, learner), ...taken(sent, CHOSEN) });

/**
 * The lock of the signed-in learner is lifted because this site vouches for a phone check.
 * A real site takes M_RET and its like from its provider, server to server; this demo asked nobody.
 */
export const reset = (world: World, learner: Learner, sent: URLSearchParams): Promise<OldAnswer> =>
  post(world, '/api/v2/user_reset', { ...whoOf(world, learner), ...taken(sent, CERTIFIED) });

/** As this server knows the learner, whatever the page says. */
const whoOf = ({ settings }: World, learner: Learner): Record<string, string> => ({
  ...{ AGTID: settings.agtid, USRID: learner.id, USER_NM: learner.name },
  USER_TEL: learner.phone.replaceAll('-', ''),
});

const taken = (sent: URLSearchParams, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, sent.get(name) ?? '']));

async function post({ client }: World, path: string, fields: Record<string, string>): Promise<OldAnswer> {
  const reply = await fetch(client.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.apiKey}` },
    body: new URLSearchParams(fields),
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  return (await reply.json()) as OldAnswer;
}
