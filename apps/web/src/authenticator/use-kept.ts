import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Changing, MaskedLearner, Records } from './store.ts';
import type { World } from './world.ts';

export type Kept = {
  readonly learner: MaskedLearner;
  /** The clock correction that the owner was told of, ms. */
  readonly told: number | undefined;
  /** What was under way when the app was left, if its time is not over. */
  readonly changing: Changing | undefined;
  readonly attempt: Records['attempt'] | undefined;
};

/** What the phone knows of its owner without asking anybody. */
export function useKept(world: World): readonly [Kept | undefined, () => Promise<void>] {
  const [kept, setKept] = useState<Kept>();
  const read = useCallback(async () => setKept(await readKept(world)), [world]);
  useEffect(() => void read(), [read]);
  return [kept, read];
}

async function readKept({ store, clock }: World): Promise<Kept> {
  const [learner = { name: '', phone: '' }, told, changing, attempt] = await Promise.all([
    store.read('learner'),
    store.read('correction'),
    store.read('changing'),
    store.read('attempt'),
  ]);
  const isOpen = (until: { readonly expiresAt: number } | undefined) =>
    until !== undefined && until.expiresAt > clock.now();
  return {
    learner,
    told,
    changing: isOpen(changing) ? changing : undefined,
    attempt: isOpen(attempt) ? attempt : undefined,
  };
}
