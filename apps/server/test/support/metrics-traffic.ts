import { expect } from 'vitest';
import type { Certifier } from '../../src/identity/certifier.fixture.ts';
import { type Exposition, readExposition } from '../../src/metrics/exposition.fixture.ts';
import type { System } from './system.ts';

const MINUTE = 60_000;

export const scrape = async ({ send }: System): Promise<Exposition> => {
  const reply = await send({ method: 'GET', path: '/metrics' });
  expect(reply.status).toBe(200);
  expect(reply.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return readExposition(reply.text);
};

const another = (number: number, more: object = {}) => ({ occasion: { kind: 'exam', number }, ...more });
const unregistered = { id: 'trainee-18', name: '김영희', phone: '010-2222-0000' };

const identity = async (system: System, token: string): Promise<number> => {
  const path = `/check/${token}/identity`;
  const begun = await system.send({ method: 'POST', path, body: { method: 'phone' } });
  if (begun.status !== 200) return begun.status;
  const body = { secret: begun.json.secret, parameters: {} };
  const returned = `/identity/return/${begun.json.attempt}`;
  return (await system.send({ method: 'POST', path: returned, body })).status;
};

/** Known traffic over a certifier of identities: metrics.http.test.ts says what is counted of it. */
export async function traffic(system: System, certifier: Certifier): Promise<void> {
  const phone = await system.registered();
  const { token: passing } = await system.openCheck(another(1));
  await system.openCheck(another(1));
  await system.answer(passing, '12345');
  await system.answer(passing, phone.code());
  await system.answer(passing, phone.code());
  await system.answer('A'.repeat(43), '123456');
  const { token } = await system.openCheck(another(2));
  await system.answer(token, phone.code());
  for (let nth = 0; nth < 6; nth++) {
    system.world.advance(MINUTE);
    await system.answer(token, phone.wrongCode());
  }
  const { token: nobody } = await system.openCheck(another(3, { learner: unregistered }));
  await system.answer(nobody, '123456');
  expect(await identity(system, nobody)).toBe(200);
  certifier.isDown(true);
  expect(await identity(system, nobody)).toBe(503);
}
