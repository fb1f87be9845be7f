import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
} from 'openid-client';
import type { OidcClaims, OidcSettings } from '../../provider-settings.ts';
import type { World } from '../../world.ts';
import { givenByOidc } from '../gives.ts';
import {
  type Gives,
  type IdentityProvider,
  type IdentityResult,
  type IdentityStart,
  type ProviderState,
  ProviderUnavailableError,
  type StartedIdentity,
} from '../provider.ts';
import { discoverer } from './oidc-discovery.ts';
import { verdictOf } from './oidc-errors.ts';
import { certify, recordOf } from './person.ts';

export interface OidcOptions {
  world: World;
  publicUrl: string;
  timeoutMs: number;
}

type Claims = Readonly<Record<string, unknown>>;
type Parameters = Readonly<Record<string, string>>;

/** OpenID Connect: authorization code with PKCE, state and nonce; the ID token's signature is checked always. */
export function oidc(settings: OidcSettings, { world, publicUrl, timeoutMs }: OidcOptions): IdentityProvider {
  const { claims } = settings;
  const gives = givenByOidc(settings);
  const discover = discoverer(settings, timeoutMs);
  /** Nothing is known of a person before the provider is. */
  const known = () =>
    discover().catch(() => {
      throw new ProviderUnavailableError('discovery');
    });
  return {
    name: 'oidc',
    gives,
    start: async (request) => begin(settings, await known(), world, publicUrl, request),
    complete: async (state, parameters) => {
      const configuration = await known();
      try {
        return await complete(configuration, claims, gives, state, parameters);
      } catch (error) {
        return verdictOf(error);
      }
    },
  };
}

/**
 * Providers compare the return address with the registered one letter by letter (RFC 9700 §2.1), so it is the same
 * for every attempt, and `state` leads back to this one.
 */
async function begin(
  { scope }: OidcSettings,
  configuration: Configuration,
  world: World,
  publicUrl: string,
  { returnUrl, locale }: IdentityStart,
): Promise<StartedIdentity> {
  const random = (): string => world.random(32).toString('base64url');
  const attempt = returnUrl.slice(returnUrl.lastIndexOf('/') + 1);
  const state = {
    redirectUri: `${publicUrl}/identity/return`,
    state: `${attempt}.${random()}`,
    nonce: random(),
    verifier: random(),
  };
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: state.redirectUri,
    scope,
    state: state.state,
    nonce: state.nonce,
    code_challenge: await calculatePKCECodeChallenge(state.verifier),
    code_challenge_method: 'S256',
    // Somebody else may be signed in at the provider in this browser: the person proves themself now.
    prompt: 'login',
    ui_locales: locale,
  });
  return { state, url: url.href };
}

async function complete(
  configuration: Configuration,
  claims: OidcClaims,
  gives: Gives,
  state: ProviderState,
  parameters: Parameters,
): Promise<IdentityResult> {
  const url = new URL(String(state.redirectUri));
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  const nonce = String(state.nonce);
  const tokens = await authorizationCodeGrant(configuration, url, {
    expectedState: String(state.state),
    expectedNonce: nonce,
    pkceCodeVerifier: String(state.verifier),
    idTokenExpected: true,
  });
  const idToken = tokens.claims();
  if (idToken === undefined) return { kind: 'failed', why: 'no-id-token' };
  const said = [idToken as Claims];
  if (isMissing(claims, said) && configuration.serverMetadata().userinfo_endpoint !== undefined) {
    said.push(await fetchUserInfo(configuration, tokens.access_token, idToken.sub));
  }
  const read = (path: string | undefined): unknown => (path === undefined ? undefined : claimed(said, path));
  return certify(
    {
      name: read(claims.name),
      phone: read(claims.phone),
      birthDate: read(claims.birthDate),
      di: read(claims.di),
    },
    gives,
    // Our nonce is in one ID token of this issuer and in no other.
    `${idToken.iss} ${nonce}`,
  );
}

const isMissing = (claims: OidcClaims, said: readonly Claims[]): boolean =>
  Object.values(claims).some((path: string) => claimed(said, path) === undefined);

/** The first that says it. What a provider calls unverified (`phone_number_verified`: false) it does not say. */
function claimed(said: readonly Claims[], path: string): unknown {
  for (const claims of said) {
    const value = at(claims, path);
    if (value !== undefined && value !== null) {
      return at(claims, `${path}_verified`) === false ? undefined : value;
    }
  }
  return undefined;
}

/** A claim by its name, which may have dots in it (`https://id.example/name`), or by its path. */
function at(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, name) => {
    const record = recordOf(value);
    return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
  }, claims);
}
