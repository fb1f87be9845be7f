import type { DeviceReply, IdentityAttempt, PendingRegistration, RegisteredDevice } from '@motp/protocol';
import { CompactEncrypt, importJWK } from 'jose';
import type { Answer } from '../common/problem.ts';
import { utf8 } from './bytes.ts';
import { keepClock } from './clock-keeper.ts';
import { thumbprint } from './keys.ts';
import { memoryLocks, memoryStore } from './memory-store.ts';
import { begin, prepare, prove } from './registration.ts';
import type { Beginning, Server } from './server.ts';
import type { World } from './world.ts';

export const NOW = Date.UTC(2026, 10, 23, 3, 0, 0);
export const PERSON = { name: ' 홍길동 ', phone: '010-1234-5678', passcode: '482915' };
export const ok = <Body>(body: Body, status = 200): Answer<Body> => ({ kind: 'ok', status, body });
export const problem = (status: number, code: string) =>
  ({ kind: 'problem', problem: { status, code } }) as const;
export const nothing = async (): Promise<Answer<never>> => ({ kind: 'unreachable' });

const ATTEMPT: IdentityAttempt = {
  attempt: 'idt_1',
  secret: 'secret',
  url: 'https://provider.example/',
  window: 'https://motp.example/identity/go',
  expiresAt: new Date(NOW + 600_000).toISOString(),
};

/** What the server says of the device; checks are none unless told. */
export function deviceReply(change: Partial<DeviceReply>): DeviceReply {
  const learner = { name: '홍길동', phone: '010-1234-5678' };
  const active = { device: 'dev_1', status: 'active', locked: false } as const;
  return { ...active, learner, checks: [], identity: [], now: NOW, ...change };
}

type Asked = { begun: Beginning[]; ended: number };

const expiresAt = new Date(NOW + 300_000).toISOString();
const resendAt = new Date(NOW + 30_000).toISOString();

const byMessage: PendingRegistration = {
  registration: 'reg_1',
  identity: [],
  proof: { kind: 'sms', digits: 6, reference: 'K3F', expiresAt, resendAt },
};

const byIdentity: PendingRegistration = {
  registration: 'reg_1',
  identity: ['phone'],
  proof: { kind: 'identity', expiresAt },
};

/** A server that keeps PROTOCOL §4's promises for one phone; `wrongly` makes the seed for another registration. */
function honestServer(asked: Asked, wrongly = false): Server {
  return {
    time: async () => NOW,
    consents: nothing,
    begin: async (_, beginning) => {
      asked.begun.push(beginning);
      return ok(beginning.proof === 'identity' ? byIdentity : byMessage, 202);
    },
    resend: async () => ok(byMessage, 202),
    progress: async () => ok({ registration: 'reg_1', delivery: 'waiting', identity: [] }),
    beginIdentity: async () => ok(ATTEMPT),
    prove: async (signing, _, { code, attempt }) => {
      const isRight = code === '135791' || attempt === 'idt_1';
      return isRight ? handOver(asked, signing, wrongly ? 'reg_2' : 'reg_1') : problem(422, 'wrong-proof');
    },
    outcome: async () => ok({ outcome: 'started' }),
    device: nothing,
    dispute: nothing,
    changePhone: nothing,
    provePhone: nothing,
    deviceIdentity: async () => ok(ATTEMPT),
    endDevice: async () => {
      asked.ended++;
      return ok(undefined, 204);
    },
    withdraw: async () => ok(undefined, 204),
  };
}

/** The seed, to the encryption key of the registration that was begun last. */
async function handOver(
  { begun }: Asked,
  signing: CryptoKeyPair,
  registration: string,
): Promise<Answer<RegisteredDevice>> {
  const seed = await new CompactEncrypt(new Uint8Array(32).fill(7))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .setKeyManagementParameters({
      apu: utf8(await thumbprint(signing.publicKey)),
      apv: utf8(registration),
    })
    .encrypt(await importJWK({ ...begun.at(-1)?.encryptionKey, kty: 'EC' }, 'ECDH-ES'));
  const otp = { algorithm: 'SHA256', digits: 6, period: 60 } as const;
  return ok({ device: 'dev_1', seed, otp, learner: { name: '홍길동', phone: '+821012345678' }, now: NOW });
}

/** An app on a phone whose clock stands still. */
export async function phone(change: Partial<Server> = {}, wrongly = false) {
  const asked: Asked = { begun: [], ended: 0 };
  const store = memoryStore();
  const server = { ...honestServer(asked, wrongly), ...change };
  const clocks = { date: () => NOW, steady: () => 0 };
  let marked = false;
  const marker = {
    get: () => marked,
    set: (to: boolean) => {
      marked = to;
    },
  };
  const clock = await keepClock(store, () => server.time(), clocks);
  const world: World = { store, server, clock, locks: memoryLocks(), marker };
  return { world, asked, store, marker };
}

/** One that is registered, with the passcode 482915. */
export async function registered(change: Partial<Server> = {}) {
  const device = await phone(change);
  await prepare(device.world);
  const begun = await begin(device.world, PERSON, ['terms-1'], 'ko');
  if (begun.kind !== 'pending') throw new Error(begun.kind);
  const proved = await prove(device.world, begun.pending, { code: '135791' });
  if (proved.kind !== 'registered') throw new Error(proved.kind);
  return device;
}
