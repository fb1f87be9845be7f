import { noStore } from '../http/documented.ts';
import type { Server } from '../http/server.ts';

/**
 * Demo mode only. The page stands at the sample LMS, which is another site: only there does a browser ask by CORS,
 * and only there is a server that the hardened variants need.
 */
export function demoPageRoutes(server: Server, lmsUrl: string): void {
  server.get('/demo/drop-in', { schema: { hide: true } }, async (_request, reply) =>
    noStore(reply).redirect(new URL('/drop-in', lmsUrl).href, 302),
  );
}
