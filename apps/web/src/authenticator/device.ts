import { signed } from './identity.ts';
import { maskPhone } from './mask.ts';
import { messageOf, type Proved, type Refusal, refusal } from './registration.ts';
import { keepLearner } from './start.ts';
import type { Changing } from './store.ts';
import type { World } from './world.ts';

export type Changed = { readonly kind: 'changing'; readonly changing: Changing } | Refusal;

/** Another number for this app: a code is sent to it (SPEC R-9). */
export async function changePhone(world: World, typed: string, locale: string): Promise<Changed> {
  const phone = typed.trim();
  const answer = await signed(world, (key) => world.server.changePhone(key, { phone, locale }));
  if (answer.kind !== 'ok') return refusal(answer);
  return keep(world, { ...messageOf(answer.body), phone: maskPhone(phone) });
}

export async function resendToPhone(world: World, before: Changing): Promise<Changed> {
  const answer = await signed(world, (key) => world.server.resend(key, before.registration));
  if (answer.kind !== 'ok') return refusal(answer);
  return keep(world, { ...messageOf(answer.body), phone: before.phone });
}

// Kept on disk: reading the message means leaving the app, which hides what is behind the passcode (SPEC T-2).
async function keep(world: World, changing: Changing): Promise<Changed> {
  await world.store.write({ changing });
  return { kind: 'changing', changing };
}

export async function provePhone(world: World, { registration }: Changing, code: string): Promise<Proved> {
  const answer = await signed(world, (key) => world.server.provePhone(key, { registration, code }));
  if (answer.kind !== 'ok') return refusal(answer);
  await forgetChange(world);
  await keepLearner(world.store, answer.body.learner);
  return { kind: 'registered' };
}

export const forgetChange = (world: World): Promise<void> => world.store.write({ changing: undefined });

/**
 * “This was not me”: this registration is locked until a certified identity check (SPEC R-5). What came of a lost
 * reply shows in the standing that is asked for next.
 */
export async function disputeCheck(
  world: World,
  check: string,
): Promise<'disputed' | 'unreachable' | 'failed'> {
  const answer = await signed(world, (key) => world.server.dispute(key, { check }));
  if (answer.kind === 'ok') return 'disputed';
  return answer.kind === 'unreachable' ? 'unreachable' : 'failed';
}
