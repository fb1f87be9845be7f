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
  readonly onSend: () => Promise<void>;
  readonly onBack: () => void;
};

export function PersonStep(props: Props) {
  const { t } = useTexts();
  const { said } = props;
  const { element, of, busy, submit } = usePerson(props);
  return (
    <Frame title={t('person-title')}>
      <Steps now="person" />
      <form ref={element} class="form" onSubmit={submit} noValidate>
        <PersonFields of={of} />
        <FormError text={said?.at === 'form' ? said.text : undefined} />
        <div class="actions">
          <Button type="submit" wide size="xlarge" busy={busy}>
            {t('person-send')}
          </Button>
          <Button look="text" onClick={props.onBack}>
            {t('back')}
          </Button>
        </div>
      </form>
    </Frame>
  );
}

type FieldOf = (field: keyof PersonForm) => Pick<FieldProps, 'value' | 'onInput' | 'error'>;

function usePerson({ form, onForm, said, onTyping, onSend }: Props) {
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

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const found = judgePerson(form);
    setErrors(found);
    if (!isFaultless(found)) return focusFirstInvalid(element.current);
    setBusy(true);
    await onSend();
    setBusy(false);
  }
  return { element, of, busy, submit };
}

function PersonFields({ of }: { readonly of: FieldOf }) {
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
        hint={t('person-phone-hint')}
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
