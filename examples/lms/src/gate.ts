import { getCheck, MotpError, openCheck, ReceiptError, verifyReceipt } from '@motp/lms-sdk';
import { checkRequest, type RoomName, rooms } from './course.ts';
import type { Session } from './sessions.ts';
import type { World } from './world.ts';

/** What this site's server decided about a room. Only `open` opens it. */
export type Decision =
  | { kind: 'open' }
  | { kind: 'check'; id: string; url: string; expiresAt: string }
  | { kind: 'blocked'; until: string }
  | { kind: 'refused'; code: string }
  | { kind: 'unavailable'; code: string };

/** Asks the mOTP server whether a check is due, and for its address. */
export async function askAtGate(world: World, session: Session, name: RoomName): Promise<Decision> {
  return withoutAnswerNothingOpens(async () => {
    const request = checkRequest(session.learner, name, session.publicId, world.settings.origin);
    const opened = await openCheck(world.client, request);
    switch (opened.kind) {
      case 'open':
        session.pending.set(name, opened.id);
        return { ...opened, kind: 'check' };
      case 'passed':
        session.pending.set(name, opened.id);
        return believeReceipt(world, session, name, opened.receipt);
      case 'not-required':
        session.open.set(name, null);
        return { kind: 'open' };
      case 'blocked':
        return { kind: 'blocked', until: opened.until };
    }
  });
}

/** A browser brought a receipt: for the check in this session, or for nothing. */
export async function takeReceipt(
  world: World,
  session: Session,
  name: RoomName,
  receipt: string,
): Promise<Decision> {
  return withoutAnswerNothingOpens(() => believeReceipt(world, session, name, receipt));
}

/** The learner came back from the full page: this server asks how the check stands. */
export async function askAfterReturn(
  world: World,
  session: Session,
  id: string,
): Promise<[RoomName, Decision] | null> {
  const opened = [...session.open].find(([, claims]) => claims?.jti === id)?.[0];
  // The dialog in another tab was faster, and its receipt has opened the room.
  if (opened !== undefined) return [opened, { kind: 'open' }];
  const name = [...session.pending].find(([, pending]) => pending === id)?.[0];
  if (name === undefined) return null;
  const decision = await withoutAnswerNothingOpens(async () => {
    const check = await getCheck(world.client, id);
    const same = check.learner.id === session.learner.id && check.occasion.kind === rooms[name].occasion.kind;
    if (!same || check.status !== 'passed' || check.receipt === undefined) {
      return { kind: 'refused', code: `check-${check.status}` };
    }
    return believeReceipt(world, session, name, check.receipt);
  });
  return [name, decision];
}

async function believeReceipt(
  world: World,
  session: Session,
  name: RoomName,
  receipt: string,
): Promise<Decision> {
  const check = session.pending.get(name);
  if (check === undefined) return { kind: 'refused', code: 'no-check' };
  const claims = await verifyReceipt(receipt, {
    issuer: world.settings.motpUrl,
    audience: world.settings.institution,
    check,
    learner: session.learner.id,
    jwks: world.keys,
    // This site belongs to the demo. A real one leaves this out.
    allowDemo: true,
  });
  // One receipt opens one room once.
  session.pending.delete(name);
  session.open.set(name, claims);
  return { kind: 'open' };
}

async function withoutAnswerNothingOpens(decide: () => Promise<Decision>): Promise<Decision> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof ReceiptError) return { kind: 'refused', code: error.code };
    if (error instanceof MotpError) return { kind: 'unavailable', code: error.code };
    throw error;
  }
}
