import { Phone } from '../../../apps/server/test/support/phone.ts';
import { byHttp } from '../../../apps/server/test/support/transport.ts';
import type { RunningServer } from '../../support/processes.ts';
import type { Person } from './institution.ts';
import { poll } from './poll.ts';

/** The SMS code to a number that came last, if any did. */
export async function newestCode(server: RunningServer, phone: string): Promise<string | undefined> {
  const reply = await fetch(`${server.url}/demo/outbox?to=${phone.replaceAll('-', '')}`);
  const { messages } = (await reply.json()) as { messages: { code?: string }[] };
  return messages[0]?.code;
}

/** Waits for an SMS code. @param before the one that had come before it was asked for */
export const smsCode = (server: RunningServer, phone: string, before?: string): Promise<string> =>
  poll(`a message to ${phone}`, async () => {
    const code = await newestCode(server, phone);
    return code === before ? undefined : code;
  });

/** A phone that speaks PROTOCOL.md and is no browser: for what a test must know, such as tomorrow's code. */
export async function registerPhone(server: RunningServer, person: Person): Promise<Phone> {
  const phone = await Phone.make(byHttp(server.url), server.url);
  const before = await newestCode(server, person.phone);
  await phone.register(person, () => smsCode(server, person.phone, before));
  return phone;
}
