import { useState } from 'preact/hooks';
import { isNews, WRONG_CLOCK_MS } from './clock.ts';
import { disputeCheck } from './device.ts';
import { differenceText } from './durations.ts';
import { CodeScreen } from './screens/CodeScreen.tsx';
import { HistoryScreen } from './screens/HistoryScreen.tsx';
import { LockedState } from './screens/LockedState.tsx';
import { NameScreen } from './screens/NameScreen.tsx';
import { PhoneScreen } from './screens/PhoneScreen.tsx';
import { SettingsScreen } from './screens/SettingsScreen.tsx';
import { State } from './screens/states.tsx';
import type { Check } from './start.ts';
import { type TextKey, useTexts } from './texts.ts';
import { type Behind, type Inner, useBehind } from './use-behind.ts';
import { type Kept, useKept } from './use-kept.ts';
import type { World } from './world.ts';

type Props = {
  readonly world: World;
  readonly seed: CryptoKey;
  readonly onHide: (said?: TextKey) => void;
  readonly onReset: () => Promise<void>;
};

/** What is behind the passcode, once it is known what was under way when the app was left. */
export function Unlocked(props: Props) {
  const [kept, readAgain] = useKept(props.world);
  return kept ? <Opened {...props} kept={kept} onKept={readAgain} /> : null;
}

type OpenedProps = Props & { readonly kept: Kept; readonly onKept: () => Promise<void> };

/** The seed's key lives in this component's props and goes with it. */
function Opened(props: OpenedProps) {
  const { world, kept, onReset } = props;
  const behind = useBehind(props);
  const { inner, standing, look, open, done } = behind;
  if (inner === 'history') return <History world={world} behind={behind} />;
  if (inner !== 'code') return <Settings {...props} behind={behind} inner={inner} />;
  if (standing?.kind === 'active' && standing.locked) {
    return (
      <LockedState
        world={world}
        why={standing.locked}
        identity={standing.identity}
        attempt={kept.attempt?.purpose === 'unlock' ? kept.attempt : undefined}
        onUnlocked={() => done('notice-unlocked')}
        onRetry={look}
        onHistory={() => open('history')}
        onReset={onReset}
      />
    );
  }
  if (!behind.trusted) return <ClockChanged onRetry={look} />;
  return <Code {...props} notice={behind.notice} onOpen={open} />;
}

function History({ world, behind }: { readonly world: World; readonly behind: Behind }) {
  const { standing, look, back, done } = behind;
  async function dispute({ id }: Check): Promise<TextKey | undefined> {
    const result = await disputeCheck(world, id);
    if (result === 'disputed') return void (await done());
    await look();
    return result === 'unreachable' ? 'problem-unreachable' : 'problem-server';
  }
  return <HistoryScreen standing={standing} onBack={back} onRetry={look} onDispute={dispute} />;
}

type SettingsProps = OpenedProps & {
  readonly behind: Behind;
  readonly inner: Exclude<Inner, 'code' | 'history'>;
};

function Settings({ world, kept, behind, inner, onReset, onHide }: SettingsProps) {
  const { standing, open, back, done } = behind;
  const { learner, attempt, changing } = kept;
  const identity = standing?.kind === 'active' ? standing.identity : [];
  if (inner === 'phone') {
    const changed = () => done('notice-phone-changed');
    return <PhoneScreen {...{ world, learner, changing }} onChanged={changed} onBack={back} />;
  }
  if (inner === 'name') {
    const naming = attempt?.purpose === 'name' ? attempt : undefined;
    const changed = () => done('notice-name-changed');
    return (
      <NameScreen {...{ world, learner, identity }} attempt={naming} onChanged={changed} onBack={back} />
    );
  }
  const leaving = { onBack: back, onReset, onWithdrawn: onHide };
  const renaming = identity.length > 0;
  return <SettingsScreen {...{ world, learner, renaming }} onChange={open} {...leaving} />;
}

function ClockChanged({ onRetry }: { readonly onRetry: () => void }) {
  const { t } = useTexts();
  const text = t('state-clock-text');
  return <State picture="clock" title="state-clock-title" text={text} button="retry" onClick={onRetry} />;
}

type CodeProps = OpenedProps & {
  readonly notice: TextKey | undefined;
  readonly onOpen: (inner: Inner) => void;
};

/** The code, after a word about a clock that was corrected: once for every correction. */
function Code({ world, seed, kept: { learner, told }, notice, onOpen }: CodeProps) {
  const { t } = useTexts();
  const [acknowledged, setAcknowledged] = useState(told);
  const { clock } = world;
  const offset = clock.current()?.offset ?? 0;
  const difference = Math.abs(offset) >= WRONG_CLOCK_MS ? differenceText(t, offset) : undefined;
  if (!difference || !isNews(offset, acknowledged)) {
    return <CodeScreen {...{ clock, seed, learner, difference, notice }} onOpen={onOpen} />;
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
