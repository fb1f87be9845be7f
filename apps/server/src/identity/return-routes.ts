import { Type } from 'typebox';
import { noStore } from '../http/documented.ts';
import type { Server } from '../http/server.ts';

/** `state` of OpenID Connect begins with the attempt: providers/oidc.ts. */
const OfAttempt = Type.Object({ state: Type.String({ pattern: '^idt_[\\w-]{43}\\.[\\w-]{1,100}$' }) });

/**
 * The one return address that an OpenID Connect provider knows: it leads on to the attempt's own (PROTOCOL §3),
 * which alone has the secret to do something with what the provider appended.
 */
export function returnRoutes(server: Server): void {
  server.get(
    '/identity/return',
    { schema: { hide: true, querystring: OfAttempt } },
    async (request, reply) => {
      const [attempt] = request.query.state.split('.');
      const query = request.url.slice(request.url.indexOf('?'));
      return noStore(reply).redirect(`/identity/return/${attempt}${query}`, 303);
    },
  );
}
