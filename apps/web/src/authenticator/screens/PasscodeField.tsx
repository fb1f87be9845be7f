import type { Ref } from 'preact';
import { useState } from 'preact/hooks';
import { Field, type FieldProps } from '../../common/Field.tsx';
import { useTexts } from '../texts.ts';

type Props = Pick<FieldProps, 'label' | 'value' | 'onInput' | 'error' | 'hint'> & {
  readonly name: string;
  readonly enterKeyHint?: 'next' | 'done' | 'go';
  readonly inputRef?: Ref<HTMLInputElement>;
};

/** Six masked digits, which can be shown; not a login password, so nothing offers to keep or fill it. */
export function PasscodeField({ name, enterKeyHint = 'next', ...field }: Props) {
  const { t } = useTexts();
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...field}
      inputClass="passcode-input"
      input={{
        type: shown ? 'text' : 'password',
        name,
        inputMode: 'numeric',
        autoComplete: 'off',
        enterKeyHint,
      }}
    >
      <button
        type="button"
        class="reveal"
        aria-pressed={shown}
        aria-label={`${field.label} ${shown ? t('hide') : t('show')}`}
        onClick={() => setShown(!shown)}
      >
        {shown ? t('hide') : t('show')}
      </button>
    </Field>
  );
}
