import { useId } from 'preact/hooks';

type Props = {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: () => void;
  readonly error?: string | undefined;
  readonly strong?: boolean;
};

/** KRDS checkbox. */
export function Check({ label, checked, onChange, error, strong = false }: Props) {
  const id = useId();
  return (
    <div class="form-group">
      <div class={`krds-form-check large ${strong ? 'strong' : ''}`}>
        <input
          type="checkbox"
          id={id}
          checked={checked}
          onChange={onChange}
          aria-invalid={error !== undefined}
          aria-describedby={error ? `${id}-error` : undefined}
        />
        <label for={id}>{label}</label>
      </div>
      <p id={`${id}-error`} class={error ? 'form-hint-invalid' : 'no-error'} aria-live="polite">
        {error}
      </p>
    </div>
  );
}
