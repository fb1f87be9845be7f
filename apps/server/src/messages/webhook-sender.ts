import { nationalDigits } from '../learners/rules.ts';
import { GatewayRefusedError, type SmsSender } from './send-messages.ts';

const TIMEOUT_MS = 10_000;

/** Posts each message to the institution’s own gateway: `{"id","to","text"}`; any 2xx means taken. */
export function webhookSender(url: string): SmsSender {
  return {
    keepsText: false,
    async send({ id, to, text }) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify({ id, to: nationalDigits(to), text }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new GatewayRefusedError(response.status);
    },
  };
}
