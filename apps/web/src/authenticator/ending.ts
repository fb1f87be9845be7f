import type { Answer } from '../common/problem.ts';
import type { Locks } from './locks.ts';
import type { Over, Replaced, Store } from './store.ts';

/** Whether the server will never again need this key's end: it said so, or it does not know the key. */
function isConfirmed(answer: Answer<unknown>): boolean {
  if (answer.kind === 'ok') return true;
  return answer.kind === 'problem' && ['device-over', 'device-unknown'].includes(answer.problem.code);
}

/**
 * Ends the registration on this phone at once, online or not (SPEC ): seed and keys go in one write, the
 * signing key alone waits until the server has confirmed the end.
 */
export async function eraseRegistration(store: Store, over?: Over): Promise<void> {
  const [keys, endings = []] = await Promise.all([store.read('keys'), store.read('endings')]);
  await store.write({
    ...EMPTY,
    over,
    endings: keys ? [...endings, keys.signing] : endings,
  });
}

/** The server itself has ended this registration: nothing to tell it. */
export async function forgetRegistration(
  store: Store,
  over: Over | undefined,
  replaced?: Replaced,
): Promise<void> {
  await store.write({ ...EMPTY, over, replaced });
}

const EMPTY = {
  keys: undefined,
  vault: undefined,
  pending: undefined,
  learner: undefined,
  failures: undefined,
  changing: undefined,
  attempt: undefined,
  replaced: undefined,
} as const;

/** Tells the server of the ends it has not confirmed; what cannot be told now stays for the next time. */
export async function deliverEndings(
  store: Store,
  locks: Locks,
  tell: (signing: CryptoKeyPair) => Promise<Answer<unknown>>,
): Promise<void> {
  await locks('motp-endings', async () => {
    const waiting = (await store.read('endings')) ?? [];
    if (waiting.length === 0) return;
    const answers = await Promise.all(waiting.map(tell));
    const confirmed = answers.filter(isConfirmed).length;
    if (confirmed === 0) return;
    const left = waiting.filter((_, index) => !isConfirmed(answers[index] ?? { kind: 'unreachable' }));
    await store.write({ endings: left.length === 0 ? undefined : left });
  });
}
