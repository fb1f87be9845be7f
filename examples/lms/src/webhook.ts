import { verifyWebhook, WebhookError, type WebhookHeaders } from '@motp/lms-sdk';
import type { World } from './world.ts';

/** Whoever knows the address can post to it: only what is signed counts. Answers with a status. */
export async function hearWebhook(
  world: World,
  headers: WebhookHeaders,
  body: Uint8Array,
): Promise<204 | 400> {
  try {
    const event = await verifyWebhook(headers, body, world.settings.webhookSecret, world.now);
    if (event !== undefined) world.events.take(event);
    return 204;
  } catch (error) {
    // A wrong secret is a fault of this site, not of the sender.
    if (error instanceof WebhookError && error.code !== 'bad-secret') return 400;
    throw error;
  }
}
