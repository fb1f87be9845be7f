import { connect, type Socket } from 'node:net';

/** One request to send; JSON in ASCII. */
export interface Shot {
  readonly path: string;
  readonly body: string;
  /** Whole lines, each with its end. */
  readonly headers?: string;
}

/** The answer to a check: its path and the six digits. */
export const codeShot = (path: string, code: string, headers = ''): Shot => ({
  path,
  body: `{"code":"${code}"}`,
  headers,
});

export interface Aim {
  port: number;
  connections: number;
  shots: readonly Shot[];
  /** Begins again when all shots are spent; a server that keeps state stops there instead. */
  isEndless: boolean;
  milliseconds: number;
}

export interface Measured {
  answers: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** How often each outcome was answered. */
  outcomes: ReadonlyMap<string, number>;
}

/**
 * Closed loop: every connection has one request under way and sends the next when the reply is there. Plain
 * sockets and no HTTP client, so that the generator stays well above the servers it measures.
 */
export async function fire(aim: Aim): Promise<Measured> {
  const latencies: number[] = [];
  const outcomes = new Map<string, number>();
  const sockets = await Promise.all(Array.from({ length: aim.connections }, () => open(aim.port)));
  let fired = 0;
  const began = performance.now();
  const until = began + aim.milliseconds;
  const next = (): Shot | undefined => {
    if (performance.now() >= until) return undefined;
    if (!aim.isEndless && fired >= aim.shots.length) return undefined;
    return aim.shots[fired++ % aim.shots.length];
  };
  const answered = (milliseconds: number, outcome: string) => {
    latencies.push(milliseconds);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  await Promise.all(sockets.map((socket) => converse(socket, next, answered)));
  const seconds = (performance.now() - began) / 1000;
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  return {
    answers: latencies.length,
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    outcomes,
  };
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket.setEncoding('latin1');
}

function converse(
  socket: Socket,
  next: () => Shot | undefined,
  answered: (milliseconds: number, outcome: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    let sentAt = 0;
    const send = () => {
      const shot = next();
      if (!shot) return resolve();
      sentAt = performance.now();
      socket.write(written(shot), 'latin1');
    };
    socket.on('data', (chunk: string) => {
      received += chunk;
      const body = completeBody(received);
      if (body === undefined) return;
      answered(performance.now() - sentAt, outcomeOf(received, body));
      received = '';
      send();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed a connection')));
    send();
  });
}

const written = ({ path, body, headers = '' }: Shot): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** The body of a reply with `content-length` once all of it is there. */
function completeBody(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const name = 'content-length: ';
  const at = text.indexOf(name);
  if (at < 0 || at > end) return completeChunks(text, end + 4);
  const length = Number.parseInt(text.slice(at + name.length, at + name.length + 8), 10);
  return text.length >= end + 4 + length ? text.slice(end + 4) : undefined;
}

/** A body in chunks (RFC 9112 §7.1), as it came: outcomes are found in it all the same. */
function completeChunks(text: string, from: number): string | undefined {
  if (!/\r\ntransfer-encoding: chunked/i.test(text.slice(0, from))) {
    throw new Error('a reply with neither length nor chunks');
  }
  return text.endsWith('\r\n0\r\n\r\n') ? text.slice(from) : undefined;
}

/** `passed`, `not-required`, the reason of a refusal, `signed-in`, or status and code of anything else. */
function outcomeOf(head: string, body: string): string {
  if (!head.startsWith('HTTP/1.1 200')) {
    const code = /"code":"([\w-]+)"/.exec(body)?.[1];
    return code === undefined ? head.slice(9, 12) : `${head.slice(9, 12)} ${code}`;
  }
  const told = /"reason":"([a-z-]+)"/.exec(body) ?? /"(?:outcome|status)":"([a-z-]+)"/.exec(body);
  return told?.[1] ?? (body.includes('"token":') ? 'signed-in' : 'unreadable');
}
