import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** Vitest loads this file once per project that names it; the key keeps it to one server for all of them. */
const KEY = Symbol.for('motp.test.postgres');

interface Shared {
  server: Promise<PostgresServer>;
  users: number;
}

const world: { [KEY]?: Shared | undefined } = Object(globalThis);

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = world[KEY] ?? { server: startPostgres(), users: 0 };
  world[KEY] = shared;
  shared.users++;
  const server = await shared.server;
  project.provide('postgresUrl', server.url);
  return async () => {
    shared.users--;
    if (shared.users > 0) return;
    world[KEY] = undefined;
    await server.stop();
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}
