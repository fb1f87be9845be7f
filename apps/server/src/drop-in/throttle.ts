import { clientNetwork } from '../http/client-address.ts';
import { FailureWindow } from '../http/failure-window.ts';
import type { LimitName } from '../http/limits.ts';
import type { World } from '../world.ts';

const MINUTE_MS = 60_000;

/** The numbers of docs/guides/drop-in.md; each process counts for itself (ADR 0011). */
export const DROP_IN_LIMITS = {
  learner: { most: 30, within: 10 * MINUTE_MS },
  address: { most: 300, within: 10 * MINUTE_MS },
  institution: { most: 6_000, within: MINUTE_MS },
  log: { most: 600, within: MINUTE_MS },
} as const;

/** Who calls: `learner` is a keyed hash; `address` is undefined for an institution's own server. */
export interface Caller {
  readonly learner: string;
  readonly address: string | undefined;
}

/**
 * What slows down a façade's callers. An address that failed too often loses what has failed before and what nobody
 * knows, never a learner without a failure of their own: a whole company sits behind one address (O-7).
 */
export interface Throttle {
  /** Counts a call. @param lane institution and channel (calls with a key never wait for those without), or address */
  admits(lane: string, of: 'institution' | 'log'): boolean;
  admitsAnswer(caller: Caller): boolean;
  failed(caller: Caller): void;
  /** Counts who named what does not exist. @returns whether this address did so too often */
  refuses(address: string): boolean;
}

export function createThrottle(world: World, isOn: boolean, limited: (limit: LimitName) => void): Throttle {
  if (!isOn) return unlimited;
  const learners = new FailureWindow(DROP_IN_LIMITS.learner);
  const addresses = new FailureWindow(DROP_IN_LIMITS.address);
  const calls = {
    institution: new FailureWindow(DROP_IN_LIMITS.institution),
    log: new FailureWindow(DROP_IN_LIMITS.log),
  };
  const isClosed = (window: FailureWindow, key: string, limit: LimitName) => {
    const closed = window.closedFor(key, world.now()) > 0;
    if (closed) limited(limit);
    return closed;
  };
  return {
    admits(lane, of) {
      if (isClosed(calls[of], lane, 'institution')) return false;
      calls[of].count(lane, world.now());
      return true;
    },
    admitsAnswer({ learner, address }) {
      if (isClosed(learners, learner, 'check')) return false;
      if (address === undefined || !learners.has(learner, world.now())) return true;
      return !isClosed(addresses, clientNetwork(address), 'address');
    },
    failed({ learner, address }) {
      learners.count(learner, world.now());
      if (address !== undefined) addresses.count(clientNetwork(address), world.now());
    },
    refuses(address) {
      const network = clientNetwork(address);
      if (isClosed(addresses, network, 'address')) return true;
      addresses.count(network, world.now());
      return false;
    },
  };
}

const unlimited: Throttle = {
  admits: () => true,
  admitsAnswer: () => true,
  failed: () => undefined,
  refuses: () => false,
};
