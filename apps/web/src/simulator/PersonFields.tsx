import { Field, type InputSettings } from '../common/Field.tsx';
import type { PersonField } from './screen.ts';
import { useTexts } from './texts.ts';
import type { TextKey } from './texts-ko.ts';
import type { StepProps } from './typed.ts';

type Settings = { readonly label: TextKey; readonly hint?: TextKey; readonly input: InputSettings };

// Nothing of it is offered to a password manager or filled in by one: the window is a mock.
const settings: Readonly<Record<PersonField, Settings>> = {
  name: { label: 'person.name', input: { name: 'name', autoComplete: 'off', enterKeyHint: 'next' } },
  birthDate: {
    label: 'person.birth-date',
    hint: 'person.birth-date-hint',
    input: { name: 'birthDate', inputMode: 'numeric', autoComplete: 'off', enterKeyHint: 'next' },
  },
  phone: {
    label: 'person.phone',
    input: { name: 'phone', type: 'tel', inputMode: 'tel', autoComplete: 'off', enterKeyHint: 'done' },
  },
  id: {
    label: 'ipin.id',
    input: { name: 'id', autoComplete: 'off', autoCapitalize: 'off', spellcheck: false },
  },
  password: { label: 'ipin.password', input: { name: 'password', type: 'password', autoComplete: 'off' } },
};

type Props = StepProps & { readonly fields: readonly PersonField[] };

export function PersonFields({ window, typed, onTyped, fields }: Props) {
  const t = useTexts();
  const { errors } = window.screen;
  return (
    <>
      {fields.map((field) => {
        const { label, hint, input } = settings[field];
        const wrong = errors[field];
        return (
          <Field
            key={field}
            label={t(label)}
            hint={hint && t(hint)}
            input={input}
            value={typed[field]}
            onInput={(value) => onTyped({ [field]: value })}
            error={wrong && t(wrong.key, wrong.values)}
          />
        );
      })}
    </>
  );
}
