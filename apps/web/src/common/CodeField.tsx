import type { Ref } from 'preact';
import { Field, type FieldProps } from './Field.tsx';

type Props = Pick<FieldProps, 'label' | 'value' | 'onInput' | 'error' | 'hint' | 'children'> & {
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly disabled?: boolean;
  readonly name?: string;
};

/**
 * The one field for a six-digit code: never six boxes (they break paste, autofill and screen readers), never
 * type=number (leading zeros). What was typed stays as typed; `parseCode` of @motp/otp forgives full-width digits,
 * spaces and hyphens when it is read, so there is no maxlength here.
 */
export function CodeField({ disabled = false, name = 'code', ...field }: Props) {
  return (
    <Field
      {...field}
      inputClass="code-input"
      input={{
        type: 'text',
        name,
        inputMode: 'numeric',
        autoComplete: 'one-time-code',
        autoCapitalize: 'off',
        spellcheck: false,
        enterKeyHint: 'done',
        disabled,
      }}
    />
  );
}
