import type {
  BeginRegistrationRequest,
  ChangePhoneRequest,
  ConsentsReply,
  DeviceIdentityRequest,
  DeviceReply,
  DisputeRequest,
  IdentityAttempt,
  IdentityMethod,
  IdentityOutcome,
  PendingRegistration,
  ProvePhoneRequest,
  ProveRegistrationRequest,
  RegisteredDevice,
  RegistrationProgress,
  TimeReply,
} from '@motp/protocol';
import { type Answer, ask } from '../common/problem.ts';
import { dpopProof, type ProofOf } from './dpop.ts';

export type Beginning = BeginRegistrationRequest & { readonly encryptionThumbprint: string };

/** The app API (PROTOCOL §4) as this phone sees it. */
export type Server = {
  time(): Promise<number | undefined>;
  consents(locale: string): Promise<Answer<ConsentsReply>>;
  begin(signing: CryptoKeyPair, beginning: Beginning): Promise<Answer<PendingRegistration>>;
  resend(signing: CryptoKeyPair, registration: string): Promise<Answer<PendingRegistration>>;
  progress(signing: CryptoKeyPair, registration: string): Promise<Answer<RegistrationProgress>>;
  beginIdentity(
    signing: CryptoKeyPair,
    registration: string,
    method: IdentityMethod,
  ): Promise<Answer<IdentityAttempt>>;
  prove(
    signing: CryptoKeyPair,
    registration: string,
    proof: ProveRegistrationRequest,
  ): Promise<Answer<RegisteredDevice>>;
  /** Of an identity check that this key has begun. */
  outcome(signing: CryptoKeyPair, attempt: string): Promise<Answer<IdentityOutcome>>;
  dispute(signing: CryptoKeyPair, disputed: DisputeRequest): Promise<Answer<undefined>>;
  changePhone(signing: CryptoKeyPair, change: ChangePhoneRequest): Promise<Answer<PendingRegistration>>;
  provePhone(signing: CryptoKeyPair, proof: ProvePhoneRequest): Promise<Answer<DeviceReply>>;
  deviceIdentity(signing: CryptoKeyPair, wanted: DeviceIdentityRequest): Promise<Answer<IdentityAttempt>>;
  device(signing: CryptoKeyPair): Promise<Answer<DeviceReply>>;
  endDevice(signing: CryptoKeyPair): Promise<Answer<undefined>>;
  withdraw(signing: CryptoKeyPair): Promise<Answer<undefined>>;
};

type Signed = { readonly method: ProofOf['method']; readonly path: string; readonly body?: unknown };

const TIME_TIMEOUT_MS = 5_000;

/** @param now server time in epoch ms, as well as the phone knows it */
export function createServer(origin: string, now: () => number, transport: typeof ask = ask): Server {
  async function send<Body>(
    signing: CryptoKeyPair,
    { method, path, body }: Signed,
    claims: Pick<ProofOf, 'encryptionThumbprint'> = {},
  ): Promise<Answer<Body>> {
    const url = origin + path;
    const attempt = async (at: number): Promise<Answer<Body>> => {
      const headers = { dpop: await dpopProof(signing, { method, url, now: at, ...claims }) };
      return transport<Body>(url, { method, headers, ...(body === undefined ? {} : { body }) });
    };
    const first = await attempt(now());
    const stale = first.kind === 'problem' && first.problem.code === 'proof-stale' && first.problem.now;
    return stale ? attempt(stale) : first;
  }

  const registrations = '/app-api/registrations';
  return {
    async time() {
      const answer = await transport<TimeReply>(`${origin}/app-api/time`, { timeout: TIME_TIMEOUT_MS });
      return answer.kind === 'ok' ? answer.body.now : undefined;
    },
    consents: (locale) => transport(`${origin}/app-api/consents?locale=${locale}`),
    begin: (signing, { encryptionThumbprint, ...body }) =>
      send(signing, { method: 'POST', path: registrations, body }, { encryptionThumbprint }),
    resend: (signing, registration) =>
      send(signing, { method: 'POST', path: `${registrations}/${registration}/resend` }),
    progress: (signing, registration) =>
      send(signing, { method: 'GET', path: `${registrations}/${registration}` }),
    beginIdentity: (signing, registration, method) =>
      send(signing, { method: 'POST', path: `${registrations}/${registration}/identity`, body: { method } }),
    prove: (signing, registration, body) =>
      send(signing, { method: 'POST', path: `${registrations}/${registration}/proof`, body }),
    outcome: (signing, attempt) => send(signing, { method: 'GET', path: `/app-api/identity/${attempt}` }),
    ...deviceRequests(send),
  };
}

type Send = <Body>(signing: CryptoKeyPair, signed: Signed) => Promise<Answer<Body>>;

/** What a registered app asks about itself. */
function deviceRequests(send: Send) {
  const device = '/app-api/device';
  const post =
    <Request, Body>(path: string) =>
    (signing: CryptoKeyPair, body: Request): Promise<Answer<Body>> =>
      send(signing, { method: 'POST', path, body });
  return {
    device: (signing) => send(signing, { method: 'GET', path: device }),
    dispute: post(`${device}/dispute`),
    changePhone: post(`${device}/phone`),
    provePhone: post(`${device}/phone/proof`),
    deviceIdentity: post(`${device}/identity`),
    endDevice: (signing) => send(signing, { method: 'DELETE', path: device }),
    withdraw: (signing) => send(signing, { method: 'DELETE', path: '/app-api/learner' }),
  } satisfies Partial<Server>;
}
