import { useCallback, useEffect, useState } from 'preact/hooks';
import { isNews, WRONG_CLOCK_MS } from './clock.ts';
import { differenceText } from './durations.ts';
import { CodeScreen } from './screens/CodeScreen.tsx';
import { HistoryScreen } from './screens/HistoryScreen.tsx';
import { LockedState } from './screens/LockedState.tsx';
import { SettingsScreen } from './screens/SettingsScreen.tsx';
import { State } from './screens/states.tsx';
import { askStanding, type Standing } from './start.ts';
import type { MaskedLearner } from './store.ts';
import { type TextKey, useTexts } from './texts.ts';
import { useBack } from './use-back.ts';
import { useHiding } from './use-hiding.ts';
import type { World } from './world.ts';

type Props = {
  readonly world: World;
  readonly seed: CryptoKey;
  readonly onHide: (said?: TextKey) => void;
  readonly onReset: () => Promise<void>;
};

type Inner = 'code' | 'history' | 'settings';

/** What is behind the passcode. The seed's key lives in this component's props and goes with it. */
export function Unlocked({ world, seed, onHide, onReset }: Props) {
  const [inner, setInner] = useState<Inner>('code');
  const [standing, look] = useStanding(world, onHide);
  const [trusted, setTrusted] = useState(world.clock.trusted());
  const kept = useKept(world);
  const back = useBack(inner !== 'code', () => setInner('code'));
  useHiding(world.clock, { onHide, onJump: () => setTrusted(false) });
  useEffect(() => setTrusted(world.clock.trusted()), [world, standing]);

  function open(next: Inner): void {
    setInner(next);
    // A check may have been passed since the code was opened.
    if (next === 'history') look();
  }

  if (!kept) return null;
  const { learner } = kept;
  if (inner === 'history') return <HistoryScreen standing={standing} onBack={back} onRetry={look} />;
  if (inner === 'settings') {
    const leaving = { onReset, onWithdrawn: onHide };
    return <SettingsScreen world={world} learner={learner} onBack={back} {...leaving} />;
  }
  if (standing?.kind === 'active' && standing.locked) return <LockedState onRetry={look} onReset={onReset} />;
  if (!trusted) return <ClockChanged onRetry={look} />;
  return <Code world={world} seed={seed} learner={learner} told={kept.told} onOpen={open} />;
}

/** How the server sees this registration: asked at once, and again whenever the phone comes online. */
function useStanding(world: World, onOver: () => void): readonly [Standing | undefined, () => Promise<void>] {
  const [standing, setStanding] = useState<Standing>();
  const look = useCallback(async () => {
    const [next] = await Promise.all([askStanding(world), world.clock.measure()]);
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

type Kept = { readonly learner: MaskedLearner; readonly told: number | undefined };

function useKept(world: World): Kept | undefined {
  const [kept, setKept] = useState<Kept>();
  useEffect(() => {
    Promise.all([world.store.read('learner'), world.store.read('correction')]).then(([learner, told]) =>
      setKept({ learner: learner ?? { name: '', phone: '' }, told }),
    );
  }, [world]);
  return kept;
}

function ClockChanged({ onRetry }: { readonly onRetry: () => void }) {
  const { t } = useTexts();
  const text = t('state-clock-text');
  return <State picture="clock" title="state-clock-title" text={text} button="retry" onClick={onRetry} />;
}

type CodeProps = Pick<Props, 'world' | 'seed'> & Kept & { readonly onOpen: (inner: Inner) => void };

/** The code, after a word about a clock that was corrected: once for every correction. */
function Code({ world, seed, learner, told, onOpen }: CodeProps) {
  const { t } = useTexts();
  const [acknowledged, setAcknowledged] = useState(told);
  const offset = world.clock.current()?.offset ?? 0;
  const difference = Math.abs(offset) >= WRONG_CLOCK_MS ? differenceText(t, offset) : undefined;
  if (!difference || !isNews(offset, acknowledged)) {
    return (
      <CodeScreen clock={world.clock} seed={seed} learner={learner} difference={difference} onOpen={onOpen} />
    );
  }
  function acknowledge(): void {
    setAcknowledged(offset);
    world.store.write({ correction: offset });
  }
  const text = t('state-corrected-text', { difference });
  return (
    <State
      picture="clock"
      title="state-corrected-title"
      text={text}
      button="state-corrected-do"
      onClick={acknowledge}
    />
  );
}
