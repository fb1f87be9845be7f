export interface Settings {
  /** The mOTP server's public URL, without a trailing slash. */
  motpUrl: string;
  apiKey: string;
  institution: string;
  /** The institution's id on pages for today's mOTP (AGTID). */
  agtid: string;
  /** `whsec_…`, by which this site knows that a webhook is the mOTP server's. */
  webhookSecret: string;
  host: string;
  port: number;
  /** This site's own origin, as browsers see it. */
  origin: string;
}

/** Reads the environment; says every missing name at once. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const missing: string[] = [];
  const need = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') missing.push(name);
    return value;
  };
  const port = Number(env.LMS_PORT ?? 4001);
  const host = env.LMS_HOST ?? '127.0.0.1';
  const settings = {
    motpUrl: need('MOTP_URL').replace(/\/$/, ''),
    apiKey: need('MOTP_API_KEY'),
    institution: need('MOTP_INSTITUTION'),
    agtid: env.MOTP_AGTID ?? '',
    webhookSecret: need('LMS_WEBHOOK_SECRET'),
    host,
    port,
    origin: env.LMS_ORIGIN ?? `http://${host}:${port}`,
  };
  if (missing.length > 0) throw new Error(`The sample training site needs ${missing.join(', ')}.`);
  return settings;
}
