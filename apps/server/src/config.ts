import { givesOf } from './identity/gives.ts';
import { isLoopback } from './institutions/rules.ts';
import { type IdentitySettings, readIdentity } from './provider-settings.ts';
import { AUDIT_YEARS, parseYears } from './retention/rules.ts';
import { readSms, type SmsSettings } from './sms-settings.ts';
import type { AddressPolicy } from './webhooks/address-rules.ts';

export interface Config {
  mode: 'production' | 'demo';
  host: string;
  port: number;
  /** Origin without a slash at the end. */
  publicUrl: string;
  appUrl: string;
  database: string;
  /** Connections to PostgreSQL of each process at most. */
  databaseConnections: number;
  keyFile: string;
  lmsPort: number;
  sms: SmsSettings;
  /** Messages of the whole deployment in 24 hours. */
  smsPerDay: number;
  identity: IdentitySettings;
  /** How a registration is proved. */
  registrationProof: 'sms' | 'identity';
  /** Where webhooks may go. */
  webhookPolicy: AddressPolicy;
  /** How long the audit trail is kept (O-5). */
  auditYears: number;
  workers: number;
  /** How long a server that was told to stop says so on /readyz before it refuses requests. */
  drainMs: number;
  trustedProxies: string[];
  limits: boolean;
  /** What a reader of `/metrics` presents; undefined: nothing. */
  metricsToken: string | undefined;
  logLevel: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadConfig = { kind: 'config'; config: Config } | { kind: 'problems'; problems: string[] };

/** Reads every setting (PROTOCOL §1) and says every problem at once. */
export function readConfig(env: Environment): ReadConfig {
  const problems: string[] = [];
  const mode = oneOf(env, 'MOTP_MODE', ['production', 'demo'], 'production', problems);
  const isDemo = mode === 'demo';
  const host = text(env, 'MOTP_HOST') ?? '127.0.0.1';
  const port = whole(env, 'MOTP_PORT', 4000, 65_535, problems);
  const publicUrl = origin(env, 'MOTP_PUBLIC_URL', `http://localhost:${port}`, isDemo, problems);
  const appUrl = text(env, 'MOTP_APP_URL')
    ? origin(env, 'MOTP_APP_URL', publicUrl, isDemo, problems)
    : publicUrl;
  const identity = readIdentity({ env, isDemo, publicUrl, appUrl });
  const config: Config = {
    mode,
    host,
    port,
    publicUrl,
    appUrl,
    database: text(env, 'MOTP_DATABASE') ?? 'sqlite:data/motp.db',
    databaseConnections: whole(env, 'MOTP_DATABASE_CONNECTIONS', 10, 100, problems),
    keyFile: text(env, 'MOTP_KEY_FILE') ?? 'data/master.key',
    lmsPort: whole(env, 'MOTP_LMS_PORT', 4001, 65_535, problems),
    sms: readSms(env, isDemo, problems),
    smsPerDay: whole(env, 'MOTP_SMS_PER_DAY', 20_000, 999_999, problems),
    identity: identity.identity,
    registrationProof: oneOf(env, 'MOTP_PROOF', ['sms', 'identity'], 'sms', problems),
    webhookPolicy: readWebhookPolicy(env, isDemo, problems),
    auditYears: readAuditYears(env, problems),
    workers: whole(env, 'MOTP_WORKERS', 1, 64, problems),
    drainMs: whole(env, 'MOTP_DRAIN_MS', 0, 120_000, problems, 0),
    trustedProxies: list(env, 'MOTP_TRUSTED_PROXIES'),
    limits: oneOf(env, 'MOTP_LIMITS', ['on', 'off'], 'on', problems) === 'on',
    metricsToken: readMetricsToken(env, problems),
    logLevel: oneOf(env, 'MOTP_LOG', ['error', 'warn', 'info', 'debug', 'silent'], 'info', problems),
  };
  problems.push(...contradictions(config), ...identity.problems);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'config', config };
}

/** The demo’s sample LMS runs on this machine. */
export function readWebhookPolicy(env: Environment, isDemo: boolean, problems: string[]): AddressPolicy {
  const isPrivate = oneOf(env, 'MOTP_WEBHOOK_PRIVATE', ['refuse', 'allow'], 'refuse', problems) === 'allow';
  if (isPrivate) return 'private';
  return isDemo ? 'loopback' : 'public';
}

/** RFC 6750 §2.1: what may stand behind `Bearer`. */
function readMetricsToken(env: Environment, problems: string[]): string | undefined {
  const token = text(env, 'MOTP_METRICS_TOKEN');
  if (token !== undefined && !/^[A-Za-z0-9._~+/-]{16,200}=*$/.test(token)) {
    problems.push('MOTP_METRICS_TOKEN must be 16 to 200 letters, digits or - . _ ~ + /');
  }
  return token;
}

/** O-5: never below the law's floor. */
export function readAuditYears(env: Environment, problems: string[]): number {
  const { least, most, usual } = AUDIT_YEARS;
  const years = parseYears(text(env, 'MOTP_AUDIT_YEARS') ?? String(usual), AUDIT_YEARS);
  if (years === undefined) {
    problems.push(
      `MOTP_AUDIT_YEARS must be a whole number from ${least} to ${most}: the law wants ${least} at least`,
    );
  }
  return years ?? usual;
}

function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

const list = (env: Environment, name: string): string[] =>
  (text(env, name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function oneOf<const T extends string>(
  env: Environment,
  name: string,
  values: readonly T[],
  fallback: T,
  problems: string[],
): T {
  const value = text(env, name) ?? fallback;
  const known = values.find((candidate) => candidate === value);
  if (known === undefined) problems.push(`${name} must be one of: ${values.join(', ')}`);
  return known ?? fallback;
}

function whole(
  env: Environment,
  name: string,
  fallback: number,
  most: number,
  problems: string[],
  least = 1,
): number {
  const value = text(env, name);
  if (value === undefined) return fallback;
  const number = /^\d{1,6}$/.test(value) ? Number(value) : -1;
  if (number < least || number > most) {
    problems.push(`${name} must be a whole number from ${least} to ${most}`);
  }
  return number;
}

/** P-5: https, unless nothing leaves this machine. */
function origin(
  env: Environment,
  name: string,
  fallback: string,
  isDemo: boolean,
  problems: string[],
): string {
  const value = text(env, name) ?? fallback;
  if (!URL.canParse(value)) {
    problems.push(`${name} must be an address like https://motp.example`);
    return fallback;
  }
  const url = new URL(value);
  if (!['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    problems.push(`${name} must be an origin: https://HOST[:PORT] without a path`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    problems.push(`${name} must be https: ${isDemo ? 'demo mode' : 'plain http'} is for this machine only`);
  }
  return url.origin;
}

function contradictions(config: Config): string[] {
  const problems: string[] = [];
  const isDemo = config.mode === 'demo';
  if (isDemo && !isLoopback(config.host)) {
    problems.push('MOTP_HOST must be a loopback address in demo mode: the demo is for this machine only');
  }
  const { phone, ipin } = config.identity;
  const isProvable = givesOf(phone, 'phone').phone || givesOf(ipin, 'ipin').phone;
  if (config.registrationProof === 'identity' && !isProvable) {
    problems.push(
      phone.kind === 'none'
        ? 'MOTP_PROOF=identity needs MOTP_IDENTITY: without a provider nobody could register'
        : `MOTP_PROOF=identity needs a provider that says the phone number: MOTP_IDENTITY=${phone.kind} gives none`,
    );
  }
  if (phone.kind === 'simulator' || ipin.kind === 'simulator') {
    if (config.workers > 1) {
      problems.push('MOTP_IDENTITY=simulator keeps its windows in one process: leave MOTP_WORKERS at 1');
    }
    if (config.sms.kind !== 'outbox') {
      problems.push('MOTP_IDENTITY=simulator would send its messages to real phones: leave MOTP_SMS=outbox');
    }
  }
  if (!isDemo && !config.limits) problems.push('MOTP_LIMITS=off is for load tests in demo mode only');
  if (config.workers > 1 && !config.database.startsWith('postgres')) {
    problems.push('MOTP_WORKERS needs PostgreSQL: an embedded database has one process');
  }
  if (!/^(sqlite:.+|postgres(ql)?:\/\/.+)$/.test(config.database)) {
    problems.push('MOTP_DATABASE must be sqlite:FILE or postgres://…');
  }
  return problems;
}
