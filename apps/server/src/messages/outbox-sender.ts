import type { SmsSender } from './send-messages.ts';

/** Demo mode: a message is delivered by standing in the outbox until it expires. */
export const outboxSender: SmsSender = { keepsText: true, send: async () => undefined };
