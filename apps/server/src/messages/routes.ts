import { Type } from 'typebox';
import { PAGE_POLICY } from '../http/headers.ts';
import { ProblemResponse } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { parsePhone } from '../learners/rules.ts';
import { OUTBOX_STYLE, outboxPage } from './outbox-page.ts';
import { type OutboxMessage, viewOutbox } from './view-outbox.ts';

export interface OutboxDependencies {
  outbox: Parameters<typeof viewOutbox>[0];
  appUrl: string;
  lmsUrl: string;
  /** Of the built pages, for their font. */
  stylesheets: readonly string[];
}

/** Demo mode only: the messages that would have gone to phones, for people and for programs. */
export function outboxRoutes(server: Server, { outbox, ...links }: OutboxDependencies): void {
  server.get(
    '/demo/outbox',
    {
      schema: { hide: true, querystring: Type.Object({ to: Type.Optional(Type.String({ maxLength: 32 })) }) },
    },
    async (request, reply) => {
      const { to } = request.query;
      const phone = to === undefined ? undefined : parsePhone(to);
      if (to !== undefined && !phone) throw new ProblemResponse('malformed', 'to는 전화번호여야 합니다.');
      const messages: OutboxMessage[] = await viewOutbox(outbox, phone);
      reply.header('cache-control', 'no-store').header('vary', 'accept');
      if (!request.headers.accept?.includes('text/html')) return reply.send({ messages });
      return reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', PAGE_POLICY)
        .serializer((text: unknown) => String(text))
        .send(outboxPage(messages, links));
    },
  );
  server.get('/demo/outbox.css', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .header('content-type', 'text/css; charset=utf-8')
      .serializer((text: unknown) => String(text))
      .send(OUTBOX_STYLE),
  );
}
