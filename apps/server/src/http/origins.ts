import { ProblemResponse } from './problem.ts';
import type { Server } from './server.ts';

/** What the app loads and asks; everything else stays away from its storage (R-4a). */
const APP_PATHS =
  /^\/(app(\/|$|\?)|app-api\/|assets\/|sw\.js|manifest\.webmanifest|[\w-]+\.(png|svg|ico)$|healthz|readyz)/;
const APP_ONLY = /^\/(app(\/|$|\?)|app-api\/|sw\.js)/;

/**
 * When the app has an origin of its own (`MOTP_APP_URL`), that origin serves the app and nothing else, and the
 * public one leads to it.
 */
export function separateOrigins(server: Server, urls: { publicUrl: string; appUrl: string }): void {
  if (urls.publicUrl === urls.appUrl) return;
  const appHost = new URL(urls.appUrl).host;
  const publicHost = new URL(urls.publicUrl).host;
  server.addHook('onRequest', async (request, reply) => {
    if (request.host === appHost) {
      if (!APP_PATHS.test(request.url)) throw elsewhere();
    } else if (request.host === publicHost && APP_ONLY.test(request.url)) {
      if (request.method === 'GET' && !request.url.startsWith('/app-api/')) {
        return reply.redirect(`${urls.appUrl}${request.url}`, 308);
      }
    }
  });
}

const elsewhere = () => new ProblemResponse('wrong-host', '이 주소는 앱을 위한 것입니다.');
