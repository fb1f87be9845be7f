import type { FastifyReply } from 'fastify';

const appPolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'worker-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'self'",
};

const written = (policy: Record<string, string>): string =>
  Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');

/** Our own pages: nothing from elsewhere, and nobody frames them. */
export const PAGE_POLICY = written({ ...appPolicy, 'frame-ancestors': "'none'" });

/** The check page may stand in a frame of the institution’s origins. */
export const checkPagePolicy = (origins: readonly string[]): string =>
  written({ ...appPolicy, 'frame-ancestors': origins.length > 0 ? origins.join(' ') : "'none'" });

/**
 * The page that loads PortOne's script, which frames or opens the window of whichever provider stands behind it
 * and sends forms there. For this page alone, and never at the app's origin (R-4a).
 */
export const PORTONE_POLICY = written({
  ...appPolicy,
  'script-src': "'self' https://cdn.portone.io https://*.portone.io",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: https:",
  'connect-src': "'self' https://cdn.portone.io https://*.portone.io",
  'frame-src': 'https:',
  'form-action': "'self' https:",
  'frame-ancestors': "'none'",
});

/**
 * R-4a: the API reference runs in an origin of its own (`sandbox` without `allow-same-origin`), so that its
 * scripts reach no storage of the app.
 */
export const DOCS_POLICY = written({
  'default-src': "'none'",
  'script-src': "'self' 'unsafe-inline'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'frame-ancestors': "'none'",
  sandbox: 'allow-scripts allow-popups',
});

/** For every reply; pages add their policy. HSTS only where the product is reached by TLS. */
export function securityHeaders(reply: FastifyReply, isHttps: boolean): void {
  reply.header('x-content-type-options', 'nosniff');
  reply.header('referrer-policy', 'no-referrer');
  if (isHttps) reply.header('strict-transport-security', 'max-age=31536000');
}
