import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts whatever shape came over the wire
  json: any;
}

export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** What it answers, in turn; 204 after the last. */
  answers: number[];
  close(): Promise<void>;
}

/** An LMS’s server that takes webhooks, on this machine. @param answer instead of `answers` */
export async function startReceiver(answer?: RequestListener): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    received.push({ headers: request.headers, body, json: JSON.parse(body) });
    if (answer) answer(request, response);
    else response.writeHead(answers.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, received, answers, url: `http://127.0.0.1:${port}/motp` },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
