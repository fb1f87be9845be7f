import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { Field, focusFirstInvalid } from '../../common/Field.tsx';
import { judgePhone } from '../person.ts';
import type { Said } from '../refusals.ts';
import type { MaskedLearner } from '../store.ts';
import { useTexts } from '../texts.ts';
import { FormError } from './FormError.tsx';
import { Frame } from './Frame.tsx';

type Props = {
  readonly learner: MaskedLearner;
  readonly said: Said | undefined;
  readonly onTyping: () => void;
  readonly onSend: (phone: string) => Promise<void>;
  readonly onBack: () => void;
};

export function NumberForm({ learner, said, onTyping, onSend, onBack }: Props) {
  const { t } = useTexts();
  const { element, typed, type, error, busy, submit } = useNumber({ said, onTyping, onSend });
  return (
    <Frame title={t('change-phone')}>
      <p>{t('change-phone-text', learner)}</p>
      <form ref={element} class="form" onSubmit={submit} noValidate>
        <Field
          label={t('change-phone-new')}
          hint={t('person-phone-hint')}
          value={typed}
          onInput={type}
          error={error}
          input={{ type: 'tel', name: 'tel', inputMode: 'tel', autoComplete: 'tel', enterKeyHint: 'done' }}
        />
        <FormError text={said && said.at !== 'phone' ? said.text : undefined} />
        <div class="actions">
          <Button type="submit" wide size="xlarge" busy={busy}>
            {t('person-send')}
          </Button>
          <Button look="text" onClick={onBack}>
            {t('back')}
          </Button>
        </div>
      </form>
    </Frame>
  );
}

function useNumber({ said, onTyping, onSend }: Pick<Props, 'said' | 'onTyping' | 'onSend'>) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<string>();
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (said?.at === 'phone') focusFirstInvalid(element.current);
  }, [said]);

  function type(text: string): void {
    setTyped(text);
    setFound(undefined);
    onTyping();
  }
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const { phone: fault } = judgePhone(typed);
    setFound(fault && t(fault));
    if (fault) return focusFirstInvalid(element.current);
    setBusy(true);
    await onSend(typed);
    setBusy(false);
  }
  const error = found ?? (said?.at === 'phone' ? said.text : undefined);
  return { element, typed, type, error, busy, submit };
}
