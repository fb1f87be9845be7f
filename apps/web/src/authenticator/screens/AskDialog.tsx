import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { Dialog } from '../../common/Dialog.tsx';
import { type TextKey, useTexts } from '../texts.ts';
import { FormError } from './FormError.tsx';

type Props = {
  readonly open: boolean;
  readonly title: TextKey;
  readonly button: TextKey;
  readonly children: ComponentChildren;
  readonly onClose: () => void;
  /** Resolves to what went wrong, if anything. */
  readonly onDo: () => Promise<TextKey | undefined>;
};

/** Asks once before something that is not taken back. */
export function AskDialog({ open, title, button, children, onClose, onDo }: Props) {
  const { t } = useTexts();
  const close = () => {
    setFailed(undefined);
    onClose();
  };
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<TextKey>();
  async function go(): Promise<void> {
    setBusy(true);
    setFailed(undefined);
    setFailed(await onDo());
    setBusy(false);
  }
  return (
    <Dialog
      open={open}
      title={t(title)}
      onClose={close}
      buttons={
        <>
          <Button look="tertiary" onClick={close}>
            {t('cancel')}
          </Button>
          <Button class="danger" busy={busy} onClick={go}>
            {t(button)}
          </Button>
        </>
      }
    >
      {children}
      <FormError text={failed && t(failed)} />
    </Dialog>
  );
}
