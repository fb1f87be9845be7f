import { isLoopback } from './institutions/rules.ts';

export interface SolapiSettings {
  readonly kind: 'solapi';
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Digits of a number that is registered with SOLAPI as a sender. */
  readonly from: string;
  /** Without a slash at the end. */
  readonly url: string;
}

export type SmsSettings =
  | { readonly kind: 'outbox' }
  | { readonly kind: 'webhook'; readonly url: string }
  | SolapiSettings;

type Environment = Readonly<Record<string, string | undefined>>;

/** Which way messages take; says every problem at once (P-5). */
export function readSms(env: Environment, isDemo: boolean, problems: string[]): SmsSettings {
  const kind = text(env, 'MOTP_SMS') ?? (isDemo ? 'outbox' : undefined);
  switch (kind) {
    case 'webhook':
      return { kind, url: address(env, 'MOTP_SMS_WEBHOOK_URL', '', problems) };
    case 'solapi':
      return solapi(env, problems);
    case 'outbox':
      if (!isDemo) problems.push('MOTP_SMS=outbox shows codes to everybody and is for demo mode only');
      return { kind };
    case undefined:
      problems.push('MOTP_SMS must be set: solapi, or webhook, which sends each message to your gateway');
      return { kind: 'outbox' };
    default:
      problems.push('MOTP_SMS must be one of: webhook, solapi, outbox (demo mode)');
      return { kind: 'outbox' };
  }
}

const solapi = (env: Environment, problems: string[]): SolapiSettings => ({
  kind: 'solapi',
  apiKey: credential(env, 'MOTP_SOLAPI_API_KEY', problems),
  apiSecret: credential(env, 'MOTP_SOLAPI_API_SECRET', problems),
  from: sender(env, problems),
  url: address(env, 'MOTP_SOLAPI_URL', 'https://api.solapi.com', problems).replace(/\/+$/, ''),
});

function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function credential(env: Environment, name: string, problems: string[]): string {
  const value = text(env, name);
  if (value === undefined) problems.push(`${name} must be set for MOTP_SMS=solapi`);
  else if (!/^[\w-]{1,200}$/.test(value)) problems.push(`${name} must be letters and digits without spaces`);
  return value ?? '';
}

function sender(env: Environment, problems: string[]): string {
  const digits = (text(env, 'MOTP_SOLAPI_FROM') ?? '').replaceAll('-', '');
  if (!/^\d{8,12}$/.test(digits)) {
    problems.push('MOTP_SOLAPI_FROM must be the digits of a sender number that is registered with SOLAPI');
  }
  return digits;
}

function address(env: Environment, name: string, fallback: string, problems: string[]): string {
  const value = text(env, name) ?? fallback;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) problems.push(`${name} must be an https address (http on this machine only)`);
  return value;
}
