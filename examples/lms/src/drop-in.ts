import {
  type DropInReceiptClaims,
  type Learner,
  type OccasionKind,
  type ReceiptClaims,
  verifyDropInReceipt,
  verifyReceipt,
} from '@motp/lms-sdk';
import type { World } from './world.ts';

/** What the page is told, in the old shape: code `200`, `AP001`, …, and what this server has verified. */
export interface OldAnswer {
  code: string;
  msg?: unknown;
  claims?: ReceiptClaims | DropInReceiptClaims;
}

/** What the mOTP server answered. */
interface Accredited {
  code: string;
  msg?: unknown;
  check?: unknown;
  receipt?: unknown;
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

const KINDS: Readonly<Record<string, OccasionKind>> = {
  '00': 'entry',
  '01': 'lesson',
  '02': 'exam',
  '03': 'assignment',
  '04': 'progress-test',
  '99': 'other',
};

/**
 * The receipt out of an answer that the page got. It is compared with what this server knows: who is signed in, and
 * what it is about to open. This demo lets the page choose that; a real site takes it from its own route.
 */
export async function believeReceipt(
  { settings, client, keys, spent, now }: World,
  learner: Learner,
  sent: URLSearchParams,
): Promise<OldAnswer> {
  const claims = await verifyDropInReceipt(sent.get('receipt') ?? '', {
    ...{ learner, jwks: keys, apiKey: client.apiKey, now },
    course: { id: 'safety-101', round: '1' },
    occasion: {
      kind: KINDS[sent.get('EVAL_CD') ?? ''] ?? 'other',
      number: Number(sent.get('CLASS_TME')) || 1,
    },
    ...{ issuer: client.url, audience: settings.institution },
    allowDemo: true, // This site belongs to the demo. A real one leaves this line out.
  });
  // One receipt opens one thing, once.
  return spent.take(claims.jti, now()) ? { code: '200', claims } : { code: 'used-before' };
}

/**
 * The code of the signed-in learner, asked about by this server: the browser has no say in the answer. A pass is a
 * check like any other, with an ordinary receipt to keep as evidence.
 */
export async function accredit(world: World, learner: Learner, sent: URLSearchParams): Promise<OldAnswer> {
  const fields = { ...whoOf(world, learner), ...taken(sent, CHOSEN) };
  const answer = await post(world, '/api/v2/otp_accredit', fields);
  const { code, msg, check, receipt } = answer;
  if (code !== '200') return { code, msg };
  const claims = await verifyReceipt(String(receipt), {
    ...{ check: String(check), learner: learner.id, jwks: world.keys },
    ...{ issuer: world.client.url, audience: world.settings.institution },
    allowDemo: true, // This site belongs to the demo. A real one leaves this line out.
  });
  return { code, msg, claims };
}

/**
 * The lock of the signed-in learner is lifted because this site vouches for a phone check.
 * A real site takes M_RET and its like from its provider, server to server; this demo asked nobody.
 */
export async function reset(world: World, learner: Learner, sent: URLSearchParams): Promise<OldAnswer> {
  const fields = { ...whoOf(world, learner), ...taken(sent, CERTIFIED) };
  const { code, msg } = await post(world, '/api/v2/user_reset', fields);
  return { code, msg };
}

/** As this server knows the learner, whatever the page says. */
const whoOf = ({ settings }: World, learner: Learner): Record<string, string> => ({
  ...{ AGTID: settings.agtid, USRID: learner.id, USER_NM: learner.name },
  USER_TEL: learner.phone.replaceAll('-', ''),
});

const taken = (sent: URLSearchParams, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, sent.get(name) ?? '']));

async function post({ client }: World, path: string, fields: Record<string, string>): Promise<Accredited> {
  const reply = await fetch(client.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.apiKey}` },
    body: new URLSearchParams(fields),
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  return (await reply.json()) as Accredited;
}
