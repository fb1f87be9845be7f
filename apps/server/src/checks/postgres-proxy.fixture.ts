import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What happens to the next commit that passes. */
type Loss = 'commit' | 'reply' | 'reply-and-server';

export interface PostgresProxy {
  url: string;
  lose(what: Loss): void;
  close(): Promise<void>;
}

/** The wire between server and PostgreSQL, which can break at the worst moment. */
export async function postgresProxy(target: string): Promise<PostgresProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let loss: Loss | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket.on('error', end).on('close', end));
    }
    let isReplyLost = false;
    client.on('data', (bytes) => {
      const lost = isCommit(bytes) ? loss : undefined;
      if (lost !== undefined) loss = undefined;
      if (lost === 'commit') return end();
      if (lost === 'reply-and-server') server.close();
      isReplyLost = lost !== undefined;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!isReplyLost) client.write(bytes);
      // What was sent with the commit is answered first: the wire breaks when PostgreSQL has committed.
      else if (bytes.includes('COMMIT\0')) end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    lose: (what) => {
      loss = what;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A simple query `commit` (PostgreSQL protocol 3, message Q). */
const isCommit = (bytes: Buffer): boolean => bytes.toString('latin1').includes('commit\0');
