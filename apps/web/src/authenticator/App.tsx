import { useCallback, useEffect, useState } from 'preact/hooks';
import { setDemoLinks } from './demo.ts';
import { Registration } from './Registration.tsx';
import { HelpScreen } from './screens/HelpScreen.tsx';
import { Over } from './screens/Over.tsx';
import { PasscodeScreen } from './screens/PasscodeScreen.tsx';
import { StoreLost, Stuck } from './screens/states.tsx';
import { Welcome } from './screens/Welcome.tsx';
import { acknowledge, askStanding, findStart, isUnderWay, reset, type Start, tellEndings } from './start.ts';
import type { TextKey } from './texts.ts';
import { Unlocked } from './Unlocked.tsx';
import { useBack } from './use-back.ts';
import { browserFits, openWorld, type World } from './world.ts';

type Screen =
  | { readonly kind: 'starting' | 'browser' | 'storage' | 'registration' | 'help' }
  | { readonly kind: 'unlocked'; readonly seed: CryptoKey }
  | Start;

/** Which screen is shown. What a screen needs to know beyond that, it reads from the store. */
export function App() {
  const [world, setWorld] = useState<World>();
  const [screen, setScreen] = useState<Screen>({ kind: 'starting' });
  const [notice, setNotice] = useState<TextKey>();

  const restart = useCallback(async (from: World, said?: TextKey) => {
    setNotice(said ?? ((await isUnderWay(from)) ? 'notice-continue' : undefined));
    setScreen(await findStart(from));
  }, []);

  useEffect(() => {
    if (!browserFits()) return setScreen({ kind: 'browser' });
    openWorld().then(
      async (opened) => {
        setWorld(opened);
        setDemoLinks(await opened.store.read('demo'));
        await restart(opened);
        await catchUp(opened, () => restart(opened));
      },
      () => setScreen({ kind: 'storage' }),
    );
  }, [restart]);

  useTellingWhenOnline(world);

  if (screen.kind === 'browser' || screen.kind === 'storage') return <Stuck why={screen.kind} />;
  if (!world || screen.kind === 'starting') return null;
  return (
    <Shown
      world={world}
      screen={screen}
      notice={notice}
      go={setScreen}
      restart={(said) => restart(world, said)}
    />
  );
}

function useTellingWhenOnline(world: World | undefined): void {
  useEffect(() => {
    if (!world) return;
    const online = () => tellEndings(world);
    addEventListener('online', online);
    return () => removeEventListener('online', online);
  }, [world]);
}

/** What the server may have to say since the app was last open; nothing waits for it. */
async function catchUp(world: World, restart: () => Promise<void>): Promise<void> {
  await tellEndings(world);
  if ((await world.store.read('vault')) === undefined) return;
  const [standing] = await Promise.all([askStanding(world), world.clock.measure()]);
  if (standing.kind === 'over') await restart();
}

type ShownProps = {
  readonly world: World;
  readonly screen: Screen;
  readonly notice: TextKey | undefined;
  readonly go: (screen: Screen) => void;
  readonly restart: (said?: TextKey) => Promise<void>;
};

function Shown({ world, screen, notice, go, restart }: ShownProps) {
  const register = () => go({ kind: 'registration' });
  const registerAgain = () => acknowledge(world).then(register);
  const help = () => go({ kind: 'help' });
  const resetAll = async () => {
    const told = await reset(world);
    await restart(told ? 'notice-reset' : 'notice-reset-offline');
  };
  switch (screen.kind) {
    case 'welcome':
      return <Welcome notice={notice} onStart={register} onHelp={help} />;
    case 'help':
      return <Help onBack={restart} />;
    case 'registration':
      return <Registration world={world} onDone={restart} onLeave={() => restart()} />;
    case 'proof':
      return (
        <Registration world={world} pending={screen.pending} onDone={restart} onLeave={() => restart()} />
      );
    case 'passcode':
      return (
        <PasscodeScreen
          world={world}
          notice={notice}
          onOpen={(seed) => go({ kind: 'unlocked', seed })}
          onOver={() => restart()}
          onReset={resetAll}
          onHelp={help}
        />
      );
    case 'unlocked':
      return <Unlocked world={world} seed={screen.seed} onHide={restart} onReset={resetAll} />;
    case 'over':
      return <Over world={world} over={screen.over} onRegister={registerAgain} />;
    case 'store-lost':
      return <StoreLost onRegister={registerAgain} />;
    default:
      return null;
  }
}

function Help({ onBack }: { readonly onBack: () => void }) {
  return <HelpScreen onBack={useBack(1, onBack)} />;
}
