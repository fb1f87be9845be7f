/** How an LMS's server reaches the mOTP server. */
export interface MotpClient {
  /** Address of the mOTP server, without a path: `https://motp.example`. */
  url: string;
  /** The institution's API key. It stays on the server. */
  apiKey: string;
  /** Another `fetch`, for proxies and tests. */
  fetch?: typeof globalThis.fetch;
  /** Longest wait for one answer, in milliseconds. Default 10,000. */
  timeout?: number;
}

interface Problem {
  code: string;
  status: number;
  detail: string;
  retryAfter?: number | null;
  cause?: unknown;
}

/**
 * The mOTP server refused, or did not answer. Nobody has been checked.
 *
 * `code` is the problem's stable code (RFC 9457 body), or one of three made here: `unreachable` and
 * `timeout` (with status 0: whether the server acted is unknown, so repeat with the same idempotency
 * key), and `unexpected-reply`. `detail` is a sentence for a log and repeats no input.
 * `retryAfter` is in seconds, or null.
 */
export class MotpError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly retryAfter: number | null;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`, problem.cause === undefined ? {} : { cause: problem.cause });
    this.name = 'MotpError';
    this.code = problem.code;
    this.status = problem.status;
    this.detail = problem.detail;
    this.retryAfter = problem.retryAfter ?? null;
  }
}

export interface Call {
  method: 'GET' | 'POST';
  /** Path below the server's address, without a leading slash. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Sends one request with the API key and gives the JSON of a successful answer. */
export async function callMotp(client: MotpClient, call: Call): Promise<unknown> {
  const answer = await send(client, call);
  if (answer.status >= 200 && answer.status < 300 && answer.json !== undefined) return answer.json;
  throw problemOf(answer);
}

interface Answer {
  status: number;
  json: unknown;
  retryAfter: string | null;
}

async function send(client: MotpClient, call: Call): Promise<Answer> {
  const base = client.url.endsWith('/') ? client.url : `${client.url}/`;
  const headers: Record<string, string> = {
    ...call.headers,
    accept: 'application/json, application/problem+json',
    authorization: `Bearer ${client.apiKey}`,
  };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  try {
    const reply = await (client.fetch ?? globalThis.fetch)(new URL(call.path, base), {
      method: call.method,
      headers,
      // A redirect would carry the API key elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(client.timeout ?? 10_000),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const json = parseJson(await reply.text());
    return { status: reply.status, json, retryAfter: reply.headers.get('retry-after') };
  } catch (cause) {
    throw unanswered(cause);
  }
}

function unanswered(cause: unknown): MotpError {
  const late = cause instanceof Error && cause.name === 'TimeoutError';
  return late
    ? new MotpError({ code: 'timeout', status: 0, detail: 'The mOTP server did not answer in time.', cause })
    : new MotpError({ code: 'unreachable', status: 0, detail: 'The mOTP server cannot be reached.', cause });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf({ status, json, retryAfter }: Answer): MotpError {
  const fields = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const known = status >= 400 && typeof fields.code === 'string';
  return new MotpError({
    code: known ? String(fields.code) : 'unexpected-reply',
    status,
    detail: known && typeof fields.detail === 'string' ? fields.detail : `The server answered ${status}.`,
    retryAfter: retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null,
  });
}
