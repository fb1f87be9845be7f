import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { unlock } from '../attempts.ts';
import { readPasscode } from '../passcode.ts';
import { type TextKey, useTexts } from '../texts.ts';
import type { World } from '../world.ts';
import { Frame } from './Frame.tsx';
import { PasscodeField } from './PasscodeField.tsx';
import { Mark } from './pictures.tsx';
import { ResetDialog } from './ResetDialog.tsx';

type Props = {
  readonly world: World;
  readonly notice: TextKey | undefined;
  readonly onOpen: (seed: CryptoKey) => void;
  readonly onOver: () => void;
  readonly onReset: () => Promise<void>;
  readonly onHelp: () => void;
};

export function PasscodeScreen(props: Props) {
  const { t } = useTexts();
  const [asking, setAsking] = useState(false);
  const { field, typed, type, error, busy, submit } = useUnlocking(props);
  return (
    <Frame title={t('product')} quietTitle notice={props.notice && t(props.notice)} class="unlock">
      <div class="unlock-head">
        <Mark />
        <p class="unlock-name" aria-hidden="true">
          {t('product')}
        </p>
        <p class="lead">{t('passcode-lead')}</p>
      </div>
      <form class="form" onSubmit={submit} noValidate>
        <PasscodeField
          label={t('person-passcode')}
          name="passcode"
          value={typed}
          onInput={type}
          error={error}
          enterKeyHint="go"
          inputRef={field}
        />
        <Button type="submit" wide size="xlarge" busy={busy}>
          {t('passcode-confirm')}
        </Button>
      </form>
      <div class="quiet-ways">
        <p class="aside">{t('passcode-forgot')}</p>
        <Button look="text" class="quiet" onClick={() => setAsking(true)}>
          {t('reset-open')}
        </Button>
        <Button look="text" class="quiet" onClick={props.onHelp}>
          {t('help-open')}
        </Button>
      </div>
      <ResetDialog open={asking} onClose={() => setAsking(false)} onReset={props.onReset} />
    </Frame>
  );
}

function useUnlocking({ world, onOpen, onOver }: Props) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  function type(text: string): void {
    setTyped(text);
    setError(undefined);
  }
  function refuse(text: string): void {
    setError(text);
    field.current?.focus();
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const passcode = readPasscode(typed);
    // Not a try: it cannot be anybody's passcode.
    if (!/^[0-9]{6}$/.test(passcode)) return refuse(t('passcode-not-six-digits'));
    setBusy(true);
    const result = await unlock(world.store, world.locks, passcode).finally(() => setBusy(false));
    if (result.kind === 'opened') return onOpen(result.seed);
    if (result.kind !== 'wrong') return onOver();
    setTyped('');
    refuse(t('passcode-wrong', { left: result.left }));
  }
  return { field, typed, type, error, busy, submit };
}
