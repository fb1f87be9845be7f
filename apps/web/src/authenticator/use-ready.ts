import type { ConsentsReply } from '@motp/protocol';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { setDemoLinks } from './demo.ts';
import { askForPersistence } from './platform.ts';
import { prepare } from './registration.ts';
import { useTexts } from './texts.ts';
import type { World } from './world.ts';

export type Ready = 'loading' | 'unreachable' | 'no-storage' | ConsentsReply;

/**
 * What has to be there before anybody types: keys that this browser keeps (SPEC R-1) and the terms. A resumed
 * registration has its keys already.
 */
export function useReady(
  world: World,
  resumed: boolean,
  onRegistered: () => void,
): readonly [Ready, () => void] {
  const { locale } = useTexts();
  const [ready, setReady] = useState<Ready>('loading');

  const load = useCallback(async () => {
    setReady('loading');
    const [kept, answer] = await Promise.all([
      resumed ? 'ready' : prepare(world),
      world.server.consents(locale),
      askForPersistence(),
    ]);
    if (kept === 'registered') return onRegistered();
    if (kept === 'no-storage') return setReady('no-storage');
    if (answer.kind !== 'ok') return setReady('unreachable');
    setReady(answer.body);
    setDemoLinks(answer.body.demo);
    await world.store.write({ demo: answer.body.demo });
  }, [world, resumed, locale]);

  useEffect(() => void load(), [load]);
  return [ready, load];
}
