import { createHmac } from 'node:crypto';
import { nationalDigits } from '../learners/rules.ts';
import type { World } from '../world.ts';
import { GatewayRefusedError, NumberRefusedError, type SmsSender } from './send-messages.ts';

export interface Solapi {
  apiKey: string;
  apiSecret: string;
  /** Digits of the registered sender number. */
  from: string;
  /** Without a slash at the end. */
  url: string;
  /** How long an answer may take, ms. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends by SOLAPI’s documented request, not by its package: version 6 of that has a fixed address, no timeout, and
 * repeats a request three times at once when a connection breaks, which would send a code several times. The test
 * holds this request against the one that the package sends.
 */
export function solapiSender({ timeoutMs = TIMEOUT_MS, ...solapi }: Solapi, world: World): SmsSender {
  return {
    keepsText: false,
    async send({ id, to, text }) {
      // Without a type SOLAPI sends an SMS up to 90 bytes of EUC-KR and an LMS beyond.
      const message = {
        ...{ to: nationalDigits(to), from: solapi.from, text },
        ...{ autoTypeDetect: true, customFields: { id } },
      };
      const response = await fetch(`${solapi.url}/messages/v4/send-many/detail`, {
        method: 'POST',
        headers: { authorization: authorization(solapi, world), 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [message] }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      demandTaken(response.status, await bodyOf(response));
    },
  };
}

/** `HMAC-SHA256` over date and salt; a signature is good once and for 15 minutes. */
function authorization({ apiKey, apiSecret }: Solapi, world: World): string {
  const date = new Date(world.now()).toISOString();
  const salt = world.random(16).toString('hex');
  const signature = createHmac('sha256', apiSecret)
    .update(date + salt)
    .digest('hex');
  return `HMAC-SHA256 apiKey=${apiKey}, date=${date}, salt=${salt}, signature=${signature}`;
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The receiver is blocked, or opted out of the sender’s messages: no repetition changes that. */
const NUMBER_CODES = new Set(['1060', '1061', '2060', '2061']);

/** Only “one registered” is taken; whatever else comes is not. */
function demandTaken(status: number, body: unknown): void {
  const { errorCode } = record(body);
  if (status !== 200) throw new GatewayRefusedError(errorCode ?? status);
  const { registeredSuccess } = record(record(record(body).groupInfo).count);
  if (registeredSuccess === 1) return;
  const { failedMessageList } = record(body);
  const [failed] = Array.isArray(failedMessageList) ? failedMessageList : [];
  const { statusCode } = record(failed);
  if (typeof statusCode === 'string' && NUMBER_CODES.has(statusCode))
    throw new NumberRefusedError(statusCode);
  throw new GatewayRefusedError(statusCode ?? 'malformed');
}

const record = (value: unknown): Partial<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? value : {};
