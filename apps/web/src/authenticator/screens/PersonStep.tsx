import type { ConsentsReply } from '@motp/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { Field, type FieldProps, focusFirstInvalid } from '../../common/Field.tsx';
import { isFaultless, judgePerson, type PersonErrors, type PersonForm } from '../person.ts';
import type { Said } from '../refusals.ts';
import { useTexts } from '../texts.ts';
import { FormError } from './FormError.tsx';
import { Frame } from './Frame.tsx';
import { PasscodeField } from './PasscodeField.tsx';
import { Steps } from './Steps.tsx';

type Props = {
  readonly form: PersonForm;
  readonly onForm: (form: PersonForm) => void;
  /** What the server said, until somebody types again. */
  readonly said: Said | undefined;
  readonly onTyping: () => void;
  /** How a registration is proved here, and how else. */
  readonly offer: Pick<ConsentsReply, 'proof' | 'identity'>;
  readonly onSend: (proof: 'sms' | 'identity') => Promise<void>;
  readonly onBack: () => void;
};

export function PersonStep(props: Props) {
  const { t } = useTexts();
  const { said, offer } = props;
  const { element, of, busy, submit, send } = usePerson(props);
  const otherWay = said?.otherWay === true && offer.identity.length > 0;
  return (
    <Frame title={t('person-title')}>
      <Steps now="person" />
      <form ref={element} class="form" onSubmit={submit} noValidate>
        <PersonFields of={of} phoneHint={t(PHONE_HINTS[offer.proof])} />
        <FormError text={said?.at === 'form' ? said.text : undefined} />
        <div class="actions">
          {otherWay && (
            <Button wide size="xlarge" busy={busy} onClick={() => send('identity')}>
              {t('person-other-way')}
            </Button>
          )}
          <Button type="submit" wide size="xlarge" look={otherWay ? 'tertiary' : 'primary'} busy={busy}>
            {t(SENDING[offer.proof])}
          </Button>
          <Button look="text" onClick={props.onBack}>
            {t('back')}
          </Button>
        </div>
      </form>
    </Frame>
  );
}

const PHONE_HINTS = { sms: 'person-phone-hint', identity: 'person-phone-hint-identity' } as const;
const SENDING = { sms: 'person-send', identity: 'person-identity' } as const;

type FieldOf = (field: keyof PersonForm) => Pick<FieldProps, 'value' | 'onInput' | 'error'>;

function usePerson({ form, onForm, said, onTyping, onSend, offer }: Props) {
  const { t } = useTexts();
  const [errors, setErrors] = useState<PersonErrors>({});
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (said?.at === 'name' || said?.at === 'phone') focusFirstInvalid(element.current);
  }, [said]);

  const of: FieldOf = (field) => ({
    value: form[field],
    onInput(value) {
      onForm({ ...form, [field]: value });
      setErrors({ ...errors, [field]: undefined });
      onTyping();
    },
    error: errors[field] ? t(errors[field]) : said?.at === field ? said.text : undefined,
  });

  async function send(proof: 'sms' | 'identity'): Promise<void> {
    if (busy) return;
    const found = judgePerson(form);
    setErrors(found);
    if (!isFaultless(found)) return focusFirstInvalid(element.current);
    setBusy(true);
    await onSend(proof);
    setBusy(false);
  }
  function submit(event: Event): void {
    event.preventDefault();
    send(offer.proof);
  }
  return { element, of, busy, submit, send };
}

function PersonFields({ of, phoneHint }: { readonly of: FieldOf; readonly phoneHint: string }) {
  const { t } = useTexts();
  return (
    <>
      <Field
        {...of('name')}
        label={t('person-name')}
        hint={t('person-name-hint')}
        input={{ name: 'name', autoComplete: 'name', enterKeyHint: 'next' }}
      />
      <Field
        {...of('phone')}
        label={t('person-phone')}
        hint={phoneHint}
        input={{ type: 'tel', name: 'tel', inputMode: 'tel', autoComplete: 'tel', enterKeyHint: 'next' }}
      />
      <PasscodeField
        {...of('passcode')}
        name="passcode"
        label={t('person-passcode')}
        hint={t('person-passcode-hint')}
      />
      <PasscodeField {...of('again')} name="passcode-again" label={t('person-again')} enterKeyHint="done" />
    </>
  );
}
