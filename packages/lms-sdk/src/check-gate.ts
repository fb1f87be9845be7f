import { type MotpClient, MotpError } from './client.ts';
import { getCheck } from './get-check.ts';
import { ReceiptError } from './receipt-error.ts';
import type { ReceiptKeys } from './receipt-keys.ts';
import { requireCheck } from './require-check.ts';
import type { CheckRequest, Course, Learner, Occasion, OpenCheck, ReceiptClaims } from './types.ts';
import { verifyReceipt } from './verify-receipt.ts';

/** What the gate keeps in the learner's session: plain JSON, so any session store can hold it. */
export interface GateMemory {
  /** By step, the check that was opened for it and, once it was passed, its receipt. */
  [step: string]: { check: string; receipt?: string };
}

type Asked<Value> = Value | Promise<Value>;

/** How a gate reads the LMS's requests. Whatever is undefined or null here lets nobody in, except `occasionOf`. */
export interface CheckGateOptions<Request> {
  client: MotpClient;
  /** By {@link receiptKeys}, one for all requests. */
  keys: ReceiptKeys;
  /** The institution's id. */
  institution: string;
  /** The mOTP server's public URL, where `client.url` is an inner address. */
  issuer?: string;
  /** Who is signed in, from the LMS's own session; null refuses with 'not-signed-in'. */
  learnerOf(request: Request): Asked<Learner | null>;
  courseOf(request: Request): Asked<Course>;
  /** What the request is about to open; null for a request that needs no check. */
  occasionOf(request: Request): Asked<Occasion | null>;
  /**
   * An object inside the learner's session, kept on the server or signed, never readable from a form or a header:
   * `(request) => (request.session.motp ??= {})`.
   */
  memoryOf(request: Request): Asked<GateMemory>;
  /** More for `POST /v1/checks`: the session as evidence, the full page's return address, the language. */
  moreOf?(request: Request): Asked<Pick<CheckRequest, 'session' | 'returnUrl' | 'locale'>>;
  /** The clock, in epoch milliseconds. */
  now?: () => number;
  /** Believe a demonstration server too. For trying things out only. */
  allowDemo?: boolean;
}

/** What the LMS's server does now. Only `pass` lets the learner in. */
export type GateDecision =
  /** `receipt`: what was proved just now, if anything was; `nextDue` as {@link RequiredCheck} says. */
  | { kind: 'pass'; receipt: ReceiptClaims | null; nextDue: Occasion | null }
  | { kind: 'check'; check: OpenCheck }
  | { kind: 'blocked'; because: string; until: string }
  /** Nobody is signed in, or the receipt is not believed; `code` for the log. */
  | { kind: 'refused'; code: string }
  /** The mOTP server refused or did not answer: nobody is let in. */
  | { kind: 'unavailable'; code: string };

export type CheckGate<Request> = (request: Request) => Promise<GateDecision>;

interface Step {
  learner: Learner;
  course: Course;
  occasion: Occasion;
  memory: GateMemory;
  key: string;
}

/**
 * Makes the question that stands before a handler: may this request go on? It asks the mOTP server and the
 * session, never the browser. When the browser says that the check was passed, just request the page again:
 * the gate fetches the receipt from the server and verifies it. A receipt lets its own step pass for ten
 * minutes; after that the server is asked again, which knows how long the policy lets a check stand.
 */
export function checkGate<Request>(options: CheckGateOptions<Request>): CheckGate<Request> {
  return async (request) => {
    const occasion = await options.occasionOf(request);
    if (occasion === null) return { kind: 'pass', receipt: null, nextDue: null };
    const learner = await options.learnerOf(request);
    if (learner === null) return { kind: 'refused', code: 'not-signed-in' };
    const [course, memory] = [await options.courseOf(request), await options.memoryOf(request)];
    const key = [learner.id, course.id, course.round ?? '', occasion.kind, occasion.number].join(' ');
    const step: Step = { learner, course, occasion, memory, key };
    try {
      return (await passWithReceipt(options, step)) ?? (await askServer(options, request, step));
    } catch (error) {
      if (error instanceof ReceiptError) return { kind: 'refused', code: error.code };
      if (error instanceof MotpError) return { kind: 'unavailable', code: error.code };
      throw error;
    }
  };
}

async function askServer<Request>(
  options: CheckGateOptions<Request>,
  request: Request,
  step: Step,
): Promise<GateDecision> {
  const { learner, course, occasion, memory, key } = step;
  const more = (await options.moreOf?.(request)) ?? {};
  const answer = await requireCheck(options.client, { ...more, learner, course, occasion });
  switch (answer.kind) {
    case 'not-required':
      return { kind: 'pass', receipt: null, nextDue: answer.nextDue };
    case 'check':
      memory[key] = { check: answer.check.id };
      return answer;
    case 'exempted': {
      const receipt = await verify(options, step, answer.id, answer.receipt);
      memory[key] = { check: answer.id, receipt: answer.receipt };
      return { kind: 'pass', receipt, nextDue: null };
    }
    case 'blocked':
      return answer;
  }
}

/** The session's own check for this step, if it was passed. Undefined: the server must be asked anew. */
async function passWithReceipt<Request>(
  options: CheckGateOptions<Request>,
  step: Step,
): Promise<GateDecision | undefined> {
  const held = Object.hasOwn(step.memory, step.key) ? step.memory[step.key] : undefined;
  if (held === undefined) return undefined;
  const receipt = held.receipt ?? (await fetchReceipt(options.client, held.check));
  if (receipt === undefined) return undefined;
  try {
    const claims = await verify(options, step, held.check, receipt);
    step.memory[step.key] = { check: held.check, receipt };
    return { kind: 'pass', receipt: claims, nextDue: null };
  } catch (error) {
    if (!(error instanceof ReceiptError)) throw error;
    delete step.memory[step.key];
    if (error.code === 'too-old') return undefined;
    throw error;
  }
}

async function fetchReceipt(client: MotpClient, id: string): Promise<string | undefined> {
  try {
    const check = await getCheck(client, id);
    return check.status === 'passed' ? check.receipt : undefined;
  } catch (error) {
    // A check that the server no longer knows is as good as none.
    if (error instanceof MotpError && error.status === 404) return undefined;
    throw error;
  }
}

async function verify<Request>(
  options: CheckGateOptions<Request>,
  { learner, course, occasion }: Step,
  check: string,
  receipt: string,
): Promise<ReceiptClaims> {
  const claims = await verifyReceipt(receipt, {
    issuer: options.issuer ?? options.client.url,
    audience: options.institution,
    check,
    learner: learner.id,
    jwks: options.keys,
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.allowDemo === undefined ? {} : { allowDemo: options.allowDemo }),
  });
  // The session may be a signed cookie that an older page has brought back: the receipt itself names its step.
  const same =
    claims.course.id === course.id &&
    claims.course.round === course.round &&
    claims.occasion.kind === occasion.kind &&
    claims.occasion.number === occasion.number;
  if (!same) throw new ReceiptError('wrong-check', 'The receipt is for another step.');
  return claims;
}
