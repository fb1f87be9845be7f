import type { ComponentChildren } from 'preact';
import { Button } from '../../common/Button.tsx';
import { type TextKey, useTexts } from '../texts.ts';
import { Frame } from './Frame.tsx';
import { Picture, type PictureName } from './pictures.tsx';

type StateProps = {
  readonly picture: PictureName;
  readonly title: TextKey;
  readonly text: string;
  readonly button?: TextKey;
  readonly onClick?: () => void;
  readonly busy?: boolean;
  readonly children?: ComponentChildren;
};

/** A state of its own: a picture, what is so, what to do, one button. */
export function State({ picture, title, text, button, onClick, busy, children }: StateProps) {
  const { t } = useTexts();
  return (
    <Frame title={t(title)} class="state">
      <Picture of={picture} />
      <p class="state-text">{text}</p>
      {button && onClick && (
        <Button wide size="xlarge" busy={busy ?? false} onClick={onClick}>
          {t(button)}
        </Button>
      )}
      {children}
    </Frame>
  );
}

const STUCK = {
  browser: { picture: 'stop', title: 'state-browser-title', text: 'state-browser-text' },
  storage: { picture: 'empty', title: 'state-storage-title', text: 'state-storage-text' },
} as const satisfies Record<string, { picture: PictureName; title: TextKey; text: TextKey }>;

export function Stuck({ why }: { readonly why: keyof typeof STUCK }) {
  const { t } = useTexts();
  const { picture, title, text } = STUCK[why];
  return (
    <State
      picture={picture}
      title={title}
      text={t(text)}
      button="retry"
      onClick={() => globalThis.location.reload()}
    />
  );
}

export function StoreLost({ onRegister }: { readonly onRegister: () => void }) {
  const { t } = useTexts();
  return (
    <State
      picture="empty"
      title="state-lost-title"
      text={t('state-lost-text')}
      button="state-register"
      onClick={onRegister}
    />
  );
}
