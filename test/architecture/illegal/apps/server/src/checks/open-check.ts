// violates: routes-only-from-app
// violates: fastify-only-at-the-edge
import type { FastifyReply } from 'fastify';
import { appRoutes } from './app-routes.ts';

export const open = (reply: FastifyReply) => [reply.sent, appRoutes];
