import { useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { useTexts } from '../texts.ts';
import { ResetDialog } from './ResetDialog.tsx';
import { State } from './states.tsx';

type Props = { readonly onRetry: () => void; readonly onReset: () => Promise<void> };

/** Five wrong codes on check pages (SPEC C-5). A new registration starts at zero. */
export function LockedState({ onRetry, onReset }: Props) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  return (
    <State
      picture="lock"
      title="state-locked-title"
      text={t('state-locked-text')}
      button="state-locked-do"
      onClick={() => setAsking(true)}
    >
      <Button look="text" onClick={onRetry}>
        {t('state-locked-retry')}
      </Button>
      <ResetDialog open={asking} onClose={() => setAsking(false)} onReset={onReset} />
    </State>
  );
}
