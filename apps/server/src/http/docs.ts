import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { DOCS_POLICY } from './headers.ts';
import type { Server } from './server.ts';

/** OpenAPI 3.1 out of the schemas of the routes, and a reference page that reads it. */
export async function documentRoutes(server: Server, publicUrl: string, version: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'motp',
        version,
        description:
          'Identity checks for remote training. Times are ISO 8601 UTC; errors are RFC 9457 problems.',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'The institution’s API key' },
          dpop: { type: 'apiKey', in: 'header', name: 'DPoP', description: 'Proof of possession, RFC 9449' },
        },
      },
    },
  });
  server.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('access-control-allow-origin', '*').send(server.swagger()),
  );
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { supportedSubmitMethods: [], deepLinking: false, layout: 'BaseLayout' },
    uiHooks: {
      onRequest: (_request, reply, next) => {
        reply.header('content-security-policy', DOCS_POLICY);
        reply.header('access-control-allow-origin', '*');
        next();
      },
    },
  });
}
