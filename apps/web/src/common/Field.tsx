import type { ComponentChildren, Ref } from 'preact';
import { useId } from 'preact/hooks';

export type InputSettings = {
  readonly type?: 'text' | 'tel' | 'password';
  readonly name?: string;
  readonly inputMode?: 'text' | 'numeric' | 'tel';
  readonly autoComplete?: string;
  readonly autoCapitalize?: 'off';
  readonly spellcheck?: boolean;
  readonly enterKeyHint?: 'next' | 'done' | 'go';
  readonly disabled?: boolean;
  readonly required?: boolean;
};

export type FieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** What is wrong and what to do; said beside the field and tied to it. */
  readonly error?: string | undefined;
  /** What is expected, said beforehand: a placeholder never replaces a label or a hint. */
  readonly hint?: string | undefined;
  readonly input?: InputSettings;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly inputClass?: string;
  readonly children?: ComponentChildren;
};

/** A labelled input in KRDS markup. `children` come behind the input in its row (a button to show what is typed). */
export function Field(props: FieldProps) {
  const id = useId();
  const { error, hint } = props;
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class="form-group">
      <div class="form-tit">
        <label for={id}>{props.label}</label>
      </div>
      {hint && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
      <div class={error ? 'form-conts is-error' : 'form-conts'}>
        <div class="field-row">
          <input
            {...inputAttributes(props.input)}
            ref={props.inputRef ?? null}
            id={id}
            class={`krds-input large ${props.inputClass ?? ''}`}
            value={props.value}
            aria-invalid={error !== undefined}
            aria-describedby={described === '' ? undefined : described}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
          {props.children}
        </div>
        <p id={`${id}-error`} class={error ? 'form-hint-invalid' : 'no-error'} aria-live="polite">
          {error}
        </p>
      </div>
    </div>
  );
}

// Spread as a plain record: preact types every `type` of <input> apart, which a settings object cannot satisfy.
const inputAttributes = (settings: InputSettings = {}): object => ({ type: 'text', ...settings });

/** Focus goes to the first field that is wrong (KWCAG 2.2: errors are found without searching). */
export function focusFirstInvalid(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus());
}
