/** RFC 9457, as PROTOCOL.md uses it, plus the members that single problems add. */
export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly triesLeft?: number;
  /** Server time in epoch milliseconds, with `proof-stale`. */
  readonly now?: number;
};

export type Answer<Body> =
  | { readonly kind: 'ok'; readonly status: number; readonly body: Body }
  /** `retryAfter` in seconds. */
  | { readonly kind: 'problem'; readonly problem: Problem; readonly retryAfter?: number }
  /** No answer: offline, cut off or too late. The outcome is unknown. */
  | { readonly kind: 'unreachable' };

export type Asking = {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until `unreachable`; 15 s unless told. */
  readonly timeout?: number;
};

const TIMEOUT_MS = 15_000;

export async function ask<Body>(url: string, asking: Asking = {}): Promise<Answer<Body>> {
  const { method = 'GET', body, headers = {}, timeout = TIMEOUT_MS } = asking;
  try {
    const response = await fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(timeout),
    });
    return await readAnswer<Body>(response);
  } catch {
    return { kind: 'unreachable' };
  }
}

export async function readAnswer<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  const json: unknown = text === '' ? undefined : parse(text);
  // The shapes are PROTOCOL.md's; unknown members are ignored, so only the caller's type is asserted here. A captive
  // portal's page in place of JSON is no answer of ours.
  const ours = text === '' || json !== undefined;
  if (response.ok && ours) return { kind: 'ok', status: response.status, body: json as Body };
  const problem = { ...unnamed(response.status), ...(typeof json === 'object' ? json : {}) };
  const wait = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return Number.isNaN(wait) ? { kind: 'problem', problem } : { kind: 'problem', problem, retryAfter: wait };
}

const unnamed = (status: number): Problem => ({ status, code: `http-${status}` });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
