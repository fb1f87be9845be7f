import type { FastifyInstance } from 'fastify';

export const routes = (server: FastifyInstance) => server.log;
