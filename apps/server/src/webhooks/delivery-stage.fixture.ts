import { expect } from 'vitest';
import { type System, startSystem, TestWorld } from '../../test/support/system.ts';
import type { Dialect } from '../db/dialect.ts';
import type { IdentityProviders } from '../identity/provider.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type DeliveryDependencies, deliveries, type FailedAttempt } from './deliver-events.ts';
import { type Post, poster } from './post-event.ts';
import { type Receiver, startReceiver } from './receiver.fixture.ts';

const MINUTE = 60_000;

export interface DeliveryStage {
  system: System;
  receiver: Receiver;
  secret: string;
  /** How often a commit said that something waits. */
  woken: number;
  readonly failures: FailedAttempt[];
  start(world?: TestWorld, providers?: IdentityProviders): Promise<void>;
  close(): Promise<void>;
}

/** An application with a webhook, and a real server that it is delivered to. `start` comes before anything else. */
export function deliveryStage(dialect: Dialect) {
  const stage = { failures: [], woken: 0 } as unknown as DeliveryStage;
  stage.start = async (world = new TestWorld(), providers = {}) => {
    stage.woken = 0;
    stage.failures.length = 0;
    stage.system = await startSystem(dialect, { world, providers, eventsWaiting: () => stage.woken++ });
    stage.receiver = await startReceiver();
    const set = await lms('PUT', '/v1/webhook', { url: stage.receiver.url });
    expect(set.status).toBe(201);
    stage.secret = set.json.secret;
  };
  stage.close = async () => {
    await stage.receiver?.close();
    await stage.system?.close();
  };
  const lms = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
    stage.system.send({
      ...{ method, path, body },
      headers: { authorization: `Bearer ${stage.system.institution.apiKey}` },
    });
  return { stage, lms, ...delivering(stage), ...looking(stage, lms) };
}

function delivering(stage: DeliveryStage) {
  const here: Post = (parcel) =>
    poster({ resolve: async (host) => [host], policy: 'loopback', timeoutMs: 2_000 })(parcel);

  /** Another server over the same database. */
  function server(post: Post = here, keyring: Keyring = stage.system.keyring) {
    const { database, world } = stage.system;
    const broken = (error: unknown) => expect.fail(String(error));
    const dependencies: DeliveryDependencies = {
      ...{ database, keyring, world, post, broken },
      failed: (attempt) => stage.failures.push(attempt),
    };
    return deliveries(dependencies);
  }

  async function deliver(post: Post = here): Promise<void> {
    const one = server(post);
    await one.run();
    await one.idle();
  }
  return { here, server, deliver };
}

function looking(stage: DeliveryStage, lms: (method: 'GET', path: string) => ReturnType<System['send']>) {
  const exams = (number: number) => ({ occasion: { kind: 'exam', number } });
  return {
    exams,
    types: () => stage.receiver.received.map(({ json }) => json.type),
    events: async (query = '') => (await lms('GET', `/v1/webhook/events${query}`)).json,
    rows: () => stage.system.database.sql.selectFrom('webhook_event').selectAll().orderBy('seq').execute(),
    /** A check of 홍길동 that was passed. */
    async pass(phone: Awaited<ReturnType<System['registered']>>, number = 1): Promise<string> {
      const { id, token } = await stage.system.openCheck(exams(number));
      expect((await stage.system.answer(token, phone.code())).json.outcome).toBe('passed');
      stage.system.world.advance(MINUTE);
      return id;
    },
  };
}
