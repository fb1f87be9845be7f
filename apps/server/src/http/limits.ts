import type { World } from '../world.ts';
import { clientNetwork } from './client-address.ts';
import { FailureWindow } from './failure-window.ts';
import { ProblemResponse } from './problem.ts';

const MINUTE_MS = 60_000;

/** The numbers that docs/guides/operate.md gives; each process counts for itself (ADR 0011). */
export const LIMITS = {
  check: { most: 30, within: 10 * MINUTE_MS },
  address: { most: 300, within: 10 * MINUTE_MS },
  institution: { most: 6_000, within: MINUTE_MS },
} as const;

export type LimitName = keyof typeof LIMITS;

/** Who answers what: the hash of a check's token, and the client's address. */
export interface Answerer {
  check: string;
  address: string;
}

/** How an answer went. A typing error is no guess: it counts for the check alone. */
export type AnswerFailure = 'refused' | 'not-a-code';

export interface Limits {
  /** Before an answer. @throws ProblemResponse 429 */
  admitAnswer(answerer: Answerer): void;
  /** Before an identity check of a check. @throws ProblemResponse 429 */
  admitIdentity(check: string): void;
  /** After an answer that was not right. A right one is never told. */
  answerFailed(answerer: Answerer, failure: AnswerFailure): void;
  /**
   * Counts somebody who named what does not exist, or did not know its secret.
   * @returns what to say: `problem`, or 429 when this address did so too often
   */
  refuse(address: string, problem: ProblemResponse): ProblemResponse;
  /** Before a check is opened. @throws ProblemResponse 429 */
  admitOpening(institution: string): void;
}

/**
 * The limits per check, per address and per institution (O-7). They slow down who guesses; what must be exact is in
 * the database. An address that is over its limit loses only what has failed before: a check without a failure of
 * its own is still answered, since a whole company sits behind one address.
 */
export function createLimits(world: World, isOn: boolean, limited: (limit: LimitName) => void): Limits {
  const checks = new FailureWindow(LIMITS.check);
  const addresses = new FailureWindow(LIMITS.address);
  const institutions = new FailureWindow(LIMITS.institution);
  const refused = (limit: LimitName, closedFor: number) => {
    limited(limit);
    return problemOf(limit, closedFor);
  };
  const demandOpen = (limit: LimitName, closedFor: number) => {
    if (closedFor > 0) throw refused(limit, closedFor);
  };
  const failedAt = (address: string) => addresses.count(clientNetwork(address), world.now());
  const addressClosedFor = (address: string) => addresses.closedFor(clientNetwork(address), world.now());
  const limits: Limits = {
    admitAnswer({ check, address }) {
      const now = world.now();
      if (!checks.has(check, now)) return;
      demandOpen('check', checks.closedFor(check, now));
      demandOpen('address', addressClosedFor(address));
    },
    admitIdentity: (check) => demandOpen('check', checks.closedFor(check, world.now())),
    answerFailed({ check, address }, failure) {
      checks.count(check, world.now());
      if (failure === 'refused') failedAt(address);
    },
    refuse(address, problem) {
      const closedFor = addressClosedFor(address);
      if (closedFor > 0) return refused('address', closedFor);
      failedAt(address);
      return problem;
    },
    admitOpening(institution) {
      const now = world.now();
      demandOpen('institution', institutions.closedFor(institution, now));
      institutions.count(institution, now);
    },
  };
  return isOn ? limits : unlimited;
}

const unlimited: Limits = {
  admitAnswer: () => undefined,
  admitIdentity: () => undefined,
  answerFailed: () => undefined,
  refuse: (_address, problem) => problem,
  admitOpening: () => undefined,
};

const details: Record<LimitName, string> = {
  check:
    '이 본인인증에서 맞지 않는 입력이 많아 잠시 멈췄습니다. 몇 분 뒤 다시 시도하거나 훈련기관에 문의해 주세요.',
  address:
    '이 인터넷 주소에서 맞지 않는 시도가 많아 잠시 멈췄습니다. 몇 분 뒤 다시 시도하거나 다른 인증 방법을 이용해 주세요.',
  institution: '한꺼번에 연 본인인증이 많습니다. 안내된 시간 뒤에 다시 보내 주세요.',
};

const problemOf = (limit: LimitName, closedForMs: number): ProblemResponse =>
  new ProblemResponse(limit === 'institution' ? 'institution-limit' : 'too-many-failures', details[limit], {
    retryAfter: closedForMs / 1000,
  });
