import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { Dialog } from '../../common/Dialog.tsx';
import { type TextKey, useTexts } from '../texts.ts';
import { FormError } from './FormError.tsx';

type Props = {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Resolves to what went wrong, if anything. */
  readonly onWithdraw: () => Promise<TextKey | undefined>;
};

/** SPEC P-2: as easy to withdraw as it was to consent. */
export function WithdrawDialog({ open, onClose, onWithdraw }: Props) {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<TextKey>();
  async function go(): Promise<void> {
    setBusy(true);
    setFailed(undefined);
    setFailed(await onWithdraw());
    setBusy(false);
  }
  return (
    <Dialog
      open={open}
      title={t('withdraw-title')}
      onClose={onClose}
      buttons={
        <>
          <Button look="tertiary" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button class="danger" busy={busy} onClick={go}>
            {t('withdraw-do')}
          </Button>
        </>
      }
    >
      <p>{t('withdraw-text')}</p>
      <FormError text={failed && t(failed)} />
    </Dialog>
  );
}
