import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noStore } from '../http/documented.ts';
import { LOADER } from '../http/pages.ts';
import type { Server } from '../http/server.ts';
import type { World } from '../world.ts';

export interface LoaderDependencies {
  world: World;
  /** The built pages. */
  webRoot: string;
}

/**
 * The script that pages for today's mOTP load, and the time that it asks for. Both are the same for everybody and
 * know no institution, so they are there whether or not one has the façade: a page can load its script before its
 * institution is let in.
 */
export function loaderRoutes(server: Server, { world, webRoot }: LoaderDependencies): void {
  const script = readFileSync(join(webRoot, LOADER));
  server.get(`/${LOADER}`, { schema: { hide: true } }, async (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('access-control-allow-origin', '*')
      .header('cache-control', 'public, max-age=300')
      .send(script),
  );
  server.get('/fdsService/hrdAPI/time', { schema: { hide: true } }, async (_request, reply) =>
    noStore(reply)
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('access-control-allow-origin', '*')
      .send({ now: world.now() }),
  );
}
