import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';
import type { OidcSettings } from '../../provider-settings.ts';

/**
 * What the provider says of itself, asked when it is first needed and again after every failure: a provider that is
 * away when the server starts is away no longer than that.
 */
export function discoverer(settings: OidcSettings, timeoutMs: number): () => Promise<Configuration> {
  let known: Promise<Configuration> | undefined;
  return () => {
    if (known === undefined) {
      const asked = ask(settings, timeoutMs);
      known = asked;
      asked.catch(() => {
        known = undefined;
      });
    }
    return known;
  };
}

function ask({ issuer, clientId, clientSecret }: OidcSettings, timeoutMs: number): Promise<Configuration> {
  const url = new URL(issuer);
  // Settings let plain http pass for loopback alone.
  const isPlain = url.protocol === 'http:';
  return discovery(url, clientId, { client_secret: clientSecret }, authentication(clientSecret), {
    execute: [enableNonRepudiationChecks, ...(isPlain ? [allowInsecureRequests] : [])],
    [customFetch]: (address, options) =>
      fetch(address, { ...options, signal: AbortSignal.timeout(timeoutMs) } as RequestInit),
  });
}

/**
 * In the body where the provider takes it there: in the header `-` and `_` have to be escaped (RFC 6749 §2.3.1), which
 * not every provider undoes. Without a word of the provider the header is what it takes (OpenID Connect Discovery §3).
 */
function authentication(clientSecret: string): ClientAuth {
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  return (server, client, body, headers) => {
    const isPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post');
    return (isPost ? post : basic)(server, client, body, headers);
  };
}
