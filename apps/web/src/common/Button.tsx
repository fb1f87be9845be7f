import type { ComponentChildren } from 'preact';

type Props = {
  readonly children: ComponentChildren;
  readonly look?: 'primary' | 'secondary' | 'tertiary' | 'text';
  readonly size?: 'medium' | 'large' | 'xlarge';
  readonly type?: 'button' | 'submit';
  readonly wide?: boolean;
  /** While true the button keeps its place and its focus, but does nothing. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly onClick?: () => void;
  readonly class?: string;
};

export function Button(props: Props) {
  const { look = 'primary', size = 'large', type = 'button', wide, busy = false, disabled = false } = props;
  const names = ['krds-btn', look, size, wide ? 'wide' : '', busy ? 'is-busy' : '', props.class ?? ''];
  function click(event: Event): void {
    if (busy) event.preventDefault();
    else props.onClick?.();
  }
  return (
    <button
      type={type}
      class={names.filter(Boolean).join(' ')}
      aria-busy={busy}
      aria-disabled={busy}
      disabled={disabled}
      onClick={click}
    >
      {props.children}
    </button>
  );
}
