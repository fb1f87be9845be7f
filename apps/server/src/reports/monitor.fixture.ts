import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the stand-in answers one call: as observed, by a status, or otherwise badly. */
export type Answer =
  | 'taken'
  | 'taken-unanswered'
  | 'unanswered'
  | 'garbage'
  | 'huge'
  | { status: number }
  | { code: unknown };

export interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  seqs: number[];
}

export interface Monitor {
  url: string;
  calls: Call[];
  /** What it kept, by kind and number: a number that it has is dropped. */
  kept: Map<string, Map<number, Record<string, unknown>>>;
  /** How it answers, in turn; `taken` after the last. */
  answers: Answer[];
  /** Resolves at the next call. */
  called(): Promise<void>;
  close(): Promise<void>;
}

/** A monitoring system as FACTS describe it, on this machine: rows are kept by their number. */
export async function startMonitor(): Promise<Monitor> {
  const calls: Call[] = [];
  const kept: Monitor['kept'] = new Map();
  const answers: Answer[] = [];
  let waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    const rows = JSON.parse(body).dataList as Record<string, unknown>[];
    calls.push({ path, headers: request.headers, body, seqs: rows.map(({ seq }) => Number(seq)) });
    reply(response, answers.shift() ?? 'taken', () => keep(kept, path, rows));
    for (const each of waiting) each();
    waiting = [];
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}/emon/`, calls, kept, answers },
    called: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, answer: Answer, take: () => number): void {
  const json = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (answer === 'unanswered') return;
  if (answer === 'garbage') return void response.writeHead(200).end('<html>점검 중</html>');
  if (answer === 'huge')
    return void response.writeHead(200).end(`{"code":200,"msg":"${'x'.repeat(200_000)}"}`);
  if (typeof answer === 'object' && 'status' in answer) return void json(answer.status, { code: 200 });
  if (typeof answer === 'object')
    return void json(200, { code: answer.code, msg: '홍길동 203.0.113.7', data_cnt: 0 });
  const count = take();
  if (answer === 'taken') json(200, { code: 200, msg: 'SUCCESS', data_cnt: count });
}

/** @returns how many were new */
function keep(kept: Monitor['kept'], path: string, rows: readonly Record<string, unknown>[]): number {
  const kind = path.split('/').at(-1) ?? '';
  const own = kept.get(kind) ?? new Map<number, Record<string, unknown>>();
  kept.set(kind, own);
  const fresh = rows.filter(({ seq }) => !own.has(Number(seq)));
  for (const row of fresh) own.set(Number(row.seq), row);
  return fresh.length;
}
