import { useCallback, useEffect, useState } from 'preact/hooks';
import { askStanding, type Standing } from './start.ts';
import type { TextKey } from './texts.ts';
import { useBack } from './use-back.ts';
import { useHiding } from './use-hiding.ts';
import type { Kept } from './use-kept.ts';
import type { World } from './world.ts';

export type Inner = 'code' | 'history' | 'settings' | 'phone' | 'name';

const DEPTHS = { code: 0, history: 1, settings: 1, phone: 2, name: 2 } as const satisfies Record<
  Inner,
  number
>;

export type Behind = {
  readonly inner: Inner;
  readonly standing: Standing | undefined;
  /** False when the phone's clock has jumped and nobody has said by how much. */
  readonly trusted: boolean;
  /** What was just done, said above the code. */
  readonly notice: TextKey | undefined;
  open(next: Inner): void;
  back(): void;
  /** Asks the server how things stand. */
  look(): Promise<void>;
  /** Something has changed on the server: asks, and goes to the code, or to why there is none. */
  done(said?: TextKey): Promise<void>;
};

type Options = {
  readonly world: World;
  readonly kept: Kept;
  readonly onKept: () => Promise<void>;
  readonly onHide: (said?: TextKey) => void;
};

/** Where somebody is behind the passcode, and how the server sees this registration. */
export function useBehind({ world, kept, onKept, onHide }: Options): Behind {
  const [inner, setInner] = useState<Inner>(() => underWay(kept));
  const [notice, setNotice] = useState<TextKey>();
  const [standing, look] = useStanding(world, onHide, onKept);
  const [trusted, setTrusted] = useState(world.clock.trusted());
  const depth = DEPTHS[inner];
  const back = useBack(depth, () => setInner(depth === 2 ? 'settings' : 'code'));
  useHiding(world.clock, { onHide, onJump: () => setTrusted(false) });
  useEffect(() => setTrusted(world.clock.trusted()), [world, standing]);

  function open(next: Inner): void {
    setInner(next);
    setNotice(undefined);
    // A check may have been passed since the code was opened.
    if (next === 'history') look();
  }
  async function done(said?: TextKey): Promise<void> {
    await look();
    setInner('code');
    setNotice(said);
  }
  return { inner, standing, trusted, notice, open, back, look, done };
}

function underWay({ changing, attempt }: Kept): Inner {
  if (changing) return 'phone';
  return attempt?.purpose === 'name' ? 'name' : 'code';
}

/** Asked at once, and again whenever the phone comes online. */
function useStanding(
  world: World,
  onOver: () => void,
  onKept: () => Promise<void>,
): readonly [Standing | undefined, () => Promise<void>] {
  const [standing, setStanding] = useState<Standing>();
  const look = useCallback(async () => {
    const [next] = await Promise.all([askStanding(world), world.clock.measure()]);
    await onKept();
    setStanding(next);
    if (next.kind === 'over') onOver();
  }, [world]);
  useEffect(() => {
    look();
    addEventListener('online', look);
    return () => removeEventListener('online', look);
  }, [look]);
  return [standing, look];
}
