/** A request and its reply, whether by HTTP to a process or straight into the application. */
export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
}

export interface WireReply {
  status: number;
  headers: Record<string, string>;
  text: string;
  /** The body as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts whatever shape came over the wire
  json: any;
}

export type Transport = (request: WireRequest) => Promise<WireReply>;

export const sent = ({ body }: WireRequest): string | undefined =>
  body === undefined || typeof body === 'string' ? body : JSON.stringify(body);

export const sentHeaders = (request: WireRequest): Record<string, string> => ({
  ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  ...request.headers,
});

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** To a server that listens at `origin`. */
export const byHttp =
  (origin: string): Transport =>
  async (request) => {
    const body = sent(request);
    const response = await fetch(origin + request.path, {
      method: request.method,
      headers: sentHeaders(request),
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      json: parsed(text),
    };
  };
