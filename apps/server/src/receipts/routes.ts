import { Type } from 'typebox';
import { documented } from '../http/documented.ts';
import type { Server } from '../http/server.ts';
import type { SigningKeys } from './signing-keys.ts';

const Jwks = Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) });

/** The public keys of receipts (RFC 7517); retired ones stay as long as evidence is kept. */
export function receiptRoutes(server: Server, keys: SigningKeys): void {
  server.get(
    '/.well-known/jwks.json',
    { schema: documented('Keys that verify receipts', ['LMS'], { response: { 200: Jwks }, problems: [] }) },
    async (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=300')
        .header('access-control-allow-origin', '*')
        .send(keys.jwks),
  );
}
