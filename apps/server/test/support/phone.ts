import { randomUUID, webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, compactDecrypt, exportJWK, type JWK, SignJWT } from 'jose';
import { Secret, TOTP } from 'otpauth';
import type { Transport, WireReply, WireRequest } from './transport.ts';

/**
 * A phone written from PROTOCOL.md alone: keys by WebCrypto, proofs by jose, codes by otpauth. It shares no code
 * with the product, so what it can do anybody can.
 */
export class Phone {
  readonly #send: Transport;
  readonly #origin: string;
  readonly #now: () => number;
  readonly #signing: webcrypto.CryptoKeyPair;
  readonly #encryption: webcrypto.CryptoKeyPair;
  readonly jwk: JWK;
  readonly encryptionJwk: JWK;
  readonly thumbprint: string;
  seed: Uint8Array | undefined;

  private constructor(
    wire: { send: Transport; origin: string; now: () => number },
    keys: { signing: webcrypto.CryptoKeyPair; encryption: webcrypto.CryptoKeyPair },
    names: { jwk: JWK; encryptionJwk: JWK; thumbprint: string },
  ) {
    this.#send = wire.send;
    this.#origin = wire.origin;
    this.#now = wire.now;
    this.#signing = keys.signing;
    this.#encryption = keys.encryption;
    this.jwk = names.jwk;
    this.encryptionJwk = names.encryptionJwk;
    this.thumbprint = names.thumbprint;
  }

  /** @param now the phone’s clock as it corrected it by `/app-api/time`, epoch ms */
  static async make(send: Transport, origin: string, now: () => number = Date.now): Promise<Phone> {
    const curve = { namedCurve: 'P-256' };
    const signing = await webcrypto.subtle.generateKey({ name: 'ECDSA', ...curve }, false, [
      'sign',
      'verify',
    ]);
    const encryption = await webcrypto.subtle.generateKey({ name: 'ECDH', ...curve }, false, ['deriveBits']);
    const jwk = await exportJWK(signing.publicKey);
    const encryptionJwk = await exportJWK(encryption.publicKey);
    const thumbprint = await calculateJwkThumbprint(jwk);
    return new Phone({ send, origin, now }, { signing, encryption }, { jwk, encryptionJwk, thumbprint });
  }

  /** RFC 9449 §4.2; `claims` and `header` replace what a careful phone would say. */
  async proof(
    method: string,
    path: string,
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
  ): Promise<string> {
    const said = {
      htm: method,
      htu: this.#origin + path,
      iat: Math.floor(this.#now() / 1000),
      jti: randomUUID(),
      ...claims,
    };
    return new SignJWT(said)
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk, ...header })
      .sign(this.#signing.privateKey);
  }

  async request(
    method: WireRequest['method'],
    path: string,
    body?: unknown,
    claims?: Record<string, unknown>,
  ): Promise<WireReply> {
    const dpop = await this.proof(method, path, claims);
    return this.#send({ method, path, headers: { dpop }, ...(body === undefined ? {} : { body }) });
  }

  begin(learner: { name: string; phone: string; [field: string]: unknown }): Promise<WireReply> {
    const body = { consents: ['terms-1'], encryptionKey: this.encryptionJwk, locale: 'ko', ...learner };
    return this.request('POST', '/app-api/registrations', body);
  }

  async prove(registration: string, code: string): Promise<WireReply> {
    const reply = await this.request('POST', `/app-api/registrations/${registration}/proof`, { code });
    if (reply.status === 200) await this.#takeSeed(reply.json.seed);
    return reply;
  }

  /** Starts an identity check for a pending registration and completes it, as the page at its return would. */
  async identify(registration: string, method = 'phone'): Promise<{ attempt: string; completed: WireReply }> {
    const path = `/app-api/registrations/${registration}/identity`;
    const begun = await this.request('POST', path, { method });
    if (begun.status !== 200) throw new Error(`identity was answered ${begun.status}: ${begun.text}`);
    const { attempt, secret } = begun.json;
    const body = { secret, parameters: {} };
    const completed = await this.#send({ method: 'POST', path: `/identity/return/${attempt}`, body });
    return { attempt, completed };
  }

  async proveByIdentity(registration: string, attempt: string): Promise<WireReply> {
    const reply = await this.request('POST', `/app-api/registrations/${registration}/proof`, { attempt });
    if (reply.status === 200) await this.#takeSeed(reply.json.seed);
    return reply;
  }

  async #takeSeed(jwe: string): Promise<void> {
    const { plaintext } = await compactDecrypt(jwe, this.#encryption.privateKey);
    this.seed = plaintext;
  }

  /** The whole registration. @param smsCode reads the code that was sent to this number, in the message of this reference */
  async register(
    learner: { name: string; phone: string },
    smsCode: (phone: string, reference: string) => Promise<string>,
  ): Promise<WireReply> {
    const begun = await this.begin(learner);
    if (begun.status !== 202) throw new Error(`registration was answered ${begun.status}: ${begun.text}`);
    const code = await smsCode(learner.phone, begun.json.proof.reference);
    const proved = await this.prove(begun.json.registration, code);
    if (proved.status !== 200) throw new Error(`proof was answered ${proved.status}: ${proved.text}`);
    return proved;
  }

  /** The six digits at a moment, by an independent implementation. @param at epoch ms */
  code(at: number = this.#now()): string {
    if (!this.seed) throw new Error('this phone is not registered');
    const secret = new Secret({ buffer: this.seed.slice().buffer });
    return new TOTP({ algorithm: 'SHA256', digits: 6, period: 60, secret }).generate({ timestamp: at });
  }

  /** A code that is wrong for hours around a moment. */
  wrongCode(at: number = this.#now(), nth = 0): string {
    const near = new Set<string>();
    const hours = 15;
    for (let minute = -hours * 60; minute <= hours * 60; minute++) near.add(this.code(at + minute * 60_000));
    for (let number = 0, found = 0; ; number++) {
      const code = String(number).padStart(6, '0');
      if (!near.has(code) && found++ === nth) return code;
    }
  }
}
