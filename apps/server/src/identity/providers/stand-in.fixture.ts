import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Answer {
  status?: number;
  body: unknown;
  type?: string;
}

/** `hang` says nothing ever, `stall` begins and never ends, `reset` hangs up. */
export type Said = Answer | 'hang' | 'stall' | 'reset';

export interface StandIn {
  url: string;
  asked: Asked[];
  /** What is answered to the next requests instead of what the contract says, one by one. */
  instead: Said[];
  close(): Promise<void>;
}

/** A provider on loopback: real sockets, and every way to fail that sockets have. */
export async function startStandIn(contract: (asked: Asked) => Said | Promise<Said>): Promise<StandIn> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '/', standIn.url);
    const asked = { method: request.method ?? '', url, headers: request.headers, body };
    standIn.asked.push(asked);
    say(standIn.instead.shift() ?? (await contract(asked)), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    instead: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

function say(said: Said, response: ServerResponse): void {
  if (said === 'hang') return;
  if (said === 'reset') {
    response.destroy();
    return;
  }
  const { status = 200, body, type = 'application/json' } = said === 'stall' ? { body: '{' } : said;
  response.writeHead(status, { 'content-type': type });
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (said === 'stall') response.write(text);
  else response.end(text);
}
