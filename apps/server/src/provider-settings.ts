import type { IdentityMethod } from '@motp/protocol';
import type { Gives } from './identity/provider.ts';
import { isLoopback } from './institutions/rules.ts';

export interface PortOneSettings {
  readonly kind: 'portone';
  readonly storeId: string;
  readonly channelKey: string;
  readonly apiSecret: string;
  /** Origin without a slash at the end. */
  readonly apiUrl: string;
  /** What the contract with the agency behind PortOne gives; PortOne itself cannot be asked. */
  readonly gives: Gives;
}

export interface NiceSettings {
  readonly kind: 'nice';
  readonly clientId: string;
  readonly clientSecret: string;
  /** Without a slash at the end. */
  readonly url: string;
  /** `svc_types` of the contract; `M` is the phone check. */
  readonly services: readonly string[];
}

/** Paths of claims, nested ones by dots; one that is left out is not given. */
export interface OidcClaims {
  readonly name: string;
  readonly phone?: string;
  readonly birthDate?: string;
  readonly di?: string;
}

export interface OidcSettings {
  readonly kind: 'oidc';
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  readonly claims: OidcClaims;
}

export type ProviderSettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulator' }
  | PortOneSettings
  | NiceSettings
  | OidcSettings;

/** Who serves which method of C-6. */
export type IdentitySettings = Readonly<Record<IdentityMethod, ProviderSettings>>;

export interface IdentitySurroundings {
  env: Readonly<Record<string, string | undefined>>;
  isDemo: boolean;
  publicUrl: string;
  appUrl: string;
}

/** One method's settings, where they are looked up and what is wrong with them. */
interface Source {
  env: IdentitySurroundings['env'];
  /** The setting that names the provider. */
  variable: string;
  kind: string;
  /** The first one under which a setting is found counts. */
  prefixes: readonly [own: string, ...others: string[]];
  problems: string[];
}

const KINDS = ['none', 'portone', 'nice', 'oidc', 'simulator'] as const;

/** Reads the settings of both methods and says every problem at once (P-5). */
export function readIdentity(surroundings: IdentitySurroundings): {
  identity: IdentitySettings;
  problems: string[];
} {
  const { env, publicUrl, appUrl } = surroundings;
  const problems: string[] = [];
  const read = (variable: string, prefixes: Source['prefixes']): ProviderSettings => {
    const kind = env[variable]?.trim() || (surroundings.isDemo ? 'simulator' : 'none');
    const settings = readProvider({ env, variable, kind, prefixes, problems }, surroundings.isDemo);
    if (settings.kind === 'portone' && new URL(publicUrl).origin === new URL(appUrl).origin) {
      problems.push(`${variable}=portone ${NEEDS_OWN_ORIGIN}`);
    }
    return settings;
  };
  const identity = {
    phone: read('MOTP_IDENTITY', ['MOTP_']),
    ipin: read('MOTP_IDENTITY_IPIN', ['MOTP_IPIN_', 'MOTP_']),
  };
  return { identity, problems: [...new Set(problems)] };
}

const NEEDS_OWN_ORIGIN =
  "needs a MOTP_APP_URL of another origin: its page at MOTP_PUBLIC_URL runs PortOne's script, which must not reach the app's storage";

function readProvider(source: Source, isDemo: boolean): ProviderSettings {
  const { variable, problems } = source;
  switch (KINDS.find((kind) => kind === source.kind)) {
    case 'portone':
      return portone(source);
    case 'nice':
      return nice(source);
    case 'oidc':
      return oidc(source);
    case 'simulator':
      if (isDemo) return { kind: 'simulator' };
      problems.push(`${variable}=simulator lets anybody pass and is for demo mode only`);
      return { kind: 'none' };
    case 'none':
      return { kind: 'none' };
    default:
      problems.push(`${variable} must be one of: none, portone, nice, oidc, simulator (demo mode)`);
      return { kind: 'none' };
  }
}

const portone = (source: Source): PortOneSettings => ({
  kind: 'portone',
  storeId: required(source, 'PORTONE_STORE_ID'),
  channelKey: required(source, 'PORTONE_CHANNEL_KEY'),
  apiSecret: required(source, 'PORTONE_API_SECRET'),
  apiUrl: apiOrigin(source, 'PORTONE_API_URL', 'https://api.portone.io'),
  gives: gives(source, 'PORTONE_GIVES'),
});

const nice = (source: Source): NiceSettings => ({
  kind: 'nice',
  clientId: required(source, 'NICE_CLIENT_ID'),
  clientSecret: required(source, 'NICE_CLIENT_SECRET'),
  url: address(source, 'NICE_URL', 'https://auth.niceid.co.kr/ido/intc/v1.0').replace(/\/+$/, ''),
  services: services(source),
});

const oidc = (source: Source): OidcSettings => ({
  kind: 'oidc',
  issuer: address(source, 'OIDC_ISSUER'),
  clientId: required(source, 'OIDC_CLIENT_ID'),
  clientSecret: required(source, 'OIDC_CLIENT_SECRET'),
  scope: scope(source),
  claims: claims(source),
});

/** The setting and the name it was found under; the general name when it was not found. */
function find({ env, prefixes }: Source, setting: string): { name: string; value: string | undefined } {
  for (const prefix of prefixes) {
    const value = env[`${prefix}${setting}`]?.trim();
    if (value) return { name: `${prefix}${setting}`, value };
  }
  return { name: `MOTP_${setting}`, value: undefined };
}

const unset = ({ variable, kind }: Source, name: string): string =>
  `${name} must be set for ${variable}=${kind}`;

function required(source: Source, setting: string): string {
  const { name, value } = find(source, setting);
  if (value === undefined) source.problems.push(unset(source, name));
  else if (!/^[\x21-\x7e]{1,1000}$/.test(value)) {
    source.problems.push(`${name} must be letters, digits and signs without spaces`);
  }
  return value ?? '';
}

function address(source: Source, setting: string, fallback?: string): string {
  const { name, value = fallback } = find(source, setting);
  if (value === undefined) {
    source.problems.push(unset(source, name));
    return '';
  }
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe || url.search || url.hash || url.username || url.password) {
    source.problems.push(`${name} must be an https address (http on this machine only)`);
  }
  return value;
}

/** PortOne's SDK takes an origin and drops a path without a word. */
function apiOrigin(source: Source, setting: string, fallback: string): string {
  const value = address(source, setting, fallback);
  if (!URL.canParse(value)) return value;
  const { origin, pathname } = new URL(value);
  if (pathname !== '/') {
    source.problems.push(
      `${find(source, setting).name} must be an origin: https://HOST[:PORT] without a path`,
    );
  }
  return origin;
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const GIVABLE = ['phone', 'birthDate', 'di'] as const;

function gives(source: Source, setting: string): Gives {
  const { name, value } = find(source, setting);
  const items = value === undefined ? [...GIVABLE] : list(value);
  const isKnown = items.every((item) => GIVABLE.some((givable) => givable === item));
  if (!isKnown || items.length === 0) {
    source.problems.push(`${name} must be one or more of: ${GIVABLE.join(', ')}`);
  }
  return {
    phone: items.includes('phone'),
    birthDate: items.includes('birthDate'),
    di: items.includes('di'),
  };
}

/** What is not the phone check has no default: i-PIN served by `M` would be the phone check again. */
function services(source: Source): string[] {
  const [own, ...others] = source.prefixes;
  const isGeneral = others.length === 0;
  const name = `${own}NICE_SERVICES`;
  const value = source.env[name]?.trim() || (isGeneral ? 'M' : '');
  if (value === '')
    source.problems.push(`${name} must be set to the services of your contract that are not M`);
  else if (list(value).length === 0 || list(value).some((item) => !/^\w{1,20}$/.test(item))) {
    source.problems.push(`${name} must be services of your contract, separated by commas`);
  }
  return list(value);
}

function scope(source: Source): string {
  const { name, value = 'openid profile phone' } = find(source, 'OIDC_SCOPE');
  const words = value.split(/\s+/);
  if (!words.includes('openid') || words.some((word) => !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word))) {
    source.problems.push(`${name} must be scopes separated by spaces, openid among them`);
  }
  return words.join(' ');
}

const CLAIMED = ['name', ...GIVABLE] as const;

/** DI has no default: an account's `sub` is seldom the same value that another method gives for a person. */
function claims(source: Source): OidcClaims {
  const { name, value = 'name=name,phone=phone_number,birthDate=birthdate' } = find(source, 'OIDC_CLAIMS');
  const pairs = list(value).map((item) => item.split('=').map((part) => part.trim()));
  const fields = pairs.map(([field]) => field);
  const isWritten = pairs.every(
    ([field, path = '', ...more]) =>
      CLAIMED.some((claimed) => claimed === field) && /^\S{1,200}$/.test(path) && more.length === 0,
  );
  if (!isWritten || new Set(fields).size < fields.length) {
    source.problems.push(`${name} must be like name=name,phone=phone_number,birthDate=birthdate,di=sub`);
  } else if (!fields.includes('name') || !GIVABLE.some((field) => fields.includes(field))) {
    source.problems.push(`${name} must say name and one or more of: ${GIVABLE.join(', ')}`);
  }
  return { name: '', ...Object.fromEntries(pairs) };
}
