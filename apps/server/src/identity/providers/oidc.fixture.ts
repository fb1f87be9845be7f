import { createHash } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type Asked, type Said, type StandIn, startStandIn } from './stand-in.fixture.ts';

interface Key {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/** A code that was given out, with what it has to be redeemed with. */
interface Grant {
  redirect_uri: string;
  code_challenge: string;
  nonce: string;
  claims: JWTPayload;
}

interface Client {
  id: string;
  secret: string;
  /** The one return address that was registered: compared letter by letter. */
  redirectUri: string;
}

export interface OidcStandIn extends StandIn {
  /** A person signs in at the authorization address. @returns what the provider appends to the return address */
  signIn(authorization: string, claims: JWTPayload): Record<string, string>;
  /** What the userinfo endpoint says, if it is to be there. */
  userinfo: Record<string, unknown> | undefined;
  metadata: Record<string, unknown>;
  /** Claims that the next ID tokens have in place of the right ones. */
  insteadOf: JWTPayload;
  /** The key that signs; only the first one is published. */
  key: Key;
  otherKey: Key;
}

async function makeKey(kid: string): Promise<Key> {
  return { kid, ...(await generateKeyPair('RS256', { extractable: true })) };
}

/** An OpenID provider: discovery, JWKS, code with PKCE, userinfo. */
export async function startOidc(client: Client): Promise<OidcStandIn> {
  const grants = new Map<string, Grant>();
  const published = await makeKey('key-1');
  const standIn = await startStandIn((asked) => answer(oidc, client, grants, published, asked));
  const oidc: OidcStandIn = Object.assign(standIn, {
    userinfo: undefined,
    metadata: {
      issuer: standIn.url,
      authorization_endpoint: `${standIn.url}/authorize`,
      token_endpoint: `${standIn.url}/token`,
      jwks_uri: `${standIn.url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    insteadOf: {},
    key: published,
    otherKey: await makeKey('key-1'),
    signIn(authorization: string, claims: JWTPayload) {
      const asked = Object.fromEntries(new URL(authorization).searchParams);
      const { redirect_uri = '', code_challenge = '', nonce = '', state = '' } = asked;
      if (asked.client_id !== client.id || redirect_uri !== client.redirectUri)
        throw new Error('wrong client');
      if (asked.response_type !== 'code' || asked.code_challenge_method !== 'S256')
        throw new Error('no PKCE');
      const code = `code-${grants.size + 1}`;
      grants.set(code, { redirect_uri, code_challenge, nonce, claims });
      return { code, state };
    },
  });
  return oidc;
}

async function answer(
  oidc: OidcStandIn,
  client: Client,
  grants: Map<string, Grant>,
  published: Key,
  asked: Asked,
): Promise<Said> {
  switch (asked.url.pathname) {
    case '/.well-known/openid-configuration':
      return {
        body: { ...oidc.metadata, ...(oidc.userinfo ? { userinfo_endpoint: `${oidc.url}/userinfo` } : {}) },
      };
    case '/jwks': {
      const jwk = await exportJWK(published.publicKey);
      return { body: { keys: [{ ...jwk, kid: published.kid, alg: 'RS256', use: 'sig' }] } };
    }
    case '/token':
      return token(oidc, client, grants, asked);
    case '/userinfo':
      return asked.headers.authorization === 'Bearer access-1'
        ? { body: oidc.userinfo }
        : { status: 401, body: { error: 'invalid_token' } };
    default:
      return { status: 404, body: {} };
  }
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
function isBasic({ id, secret }: Client, authorization = ''): boolean {
  const [scheme, encoded = ''] = authorization.split(' ');
  const halves = Buffer.from(encoded, 'base64').toString().split(':').map(decodeURIComponent);
  return scheme === 'Basic' && halves[0] === id && halves[1] === secret;
}

async function token(
  oidc: OidcStandIn,
  client: Client,
  grants: Map<string, Grant>,
  { headers, body }: Asked,
): Promise<Said> {
  const form = new URLSearchParams(body);
  const isPosted = form.get('client_id') === client.id && form.get('client_secret') === client.secret;
  if (!isBasic(client, headers.authorization) && !isPosted)
    return { status: 401, body: { error: 'invalid_client' } };
  const code = form.get('code') ?? '';
  const grant = grants.get(code);
  grants.delete(code);
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (grant?.code_challenge !== challenge || grant.redirect_uri !== form.get('redirect_uri')) {
    return { status: 400, body: { error: 'invalid_grant' } };
  }
  const now = Math.floor(Date.now() / 1000);
  const standard = {
    iss: oidc.url,
    aud: client.id,
    sub: 'sub-1',
    iat: now,
    exp: now + 300,
    nonce: grant.nonce,
  };
  const id_token = await new SignJWT({ ...standard, ...grant.claims, ...oidc.insteadOf })
    .setProtectedHeader({ alg: 'RS256', kid: oidc.key.kid })
    .sign(oidc.key.privateKey);
  return { body: { access_token: 'access-1', token_type: 'Bearer', expires_in: 300, id_token } };
}
