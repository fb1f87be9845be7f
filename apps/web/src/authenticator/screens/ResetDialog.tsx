import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { Dialog } from '../../common/Dialog.tsx';
import { useTexts } from '../texts.ts';

type Props = { readonly open: boolean; readonly onClose: () => void; readonly onReset: () => Promise<void> };

/** Asks once (SPEC R-8). */
export function ResetDialog({ open, onClose, onReset }: Props) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  async function reset(): Promise<void> {
    setBusy(true);
    await onReset();
  }
  return (
    <Dialog
      open={open}
      title={t('reset-title')}
      onClose={onClose}
      buttons={
        <>
          <Button look="tertiary" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button class="danger" busy={busy} onClick={reset}>
            {t('reset-do')}
          </Button>
        </>
      }
    >
      <p>{t('reset-text')}</p>
      <p class="aside">{t('reset-forgot')}</p>
    </Dialog>
  );
}
