import type { Over as OverKind } from '../store.ts';
import { type TextKey, useTexts } from '../texts.ts';
import type { World } from '../world.ts';
import type { PictureName } from './pictures.tsx';
import { ReplacedState } from './ReplacedState.tsx';
import { State } from './states.tsx';

const ENDED = {
  ended: { picture: 'stop', title: 'state-ended-title', text: 'state-ended-text' },
  erased: { picture: 'lock', title: 'state-erased-title', text: 'state-erased-text' },
} as const satisfies Record<
  Exclude<OverKind, 'replaced'>,
  { picture: PictureName; title: TextKey; text: TextKey }
>;

type Props = { readonly world: World; readonly over: OverKind; readonly onRegister: () => void };

/** Why there is no registration any more. */
export function Over({ world, over, onRegister }: Props) {
  const { t } = useTexts();
  if (over === 'replaced') return <ReplacedState world={world} onRegister={onRegister} />;
  const { picture, title, text } = ENDED[over];
  return (
    <State picture={picture} title={title} text={t(text)} button="state-register" onClick={onRegister} />
  );
}
