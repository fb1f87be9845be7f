import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

type Props = {
  readonly open: boolean;
  readonly title: string;
  readonly children: ComponentChildren;
  readonly buttons: ComponentChildren;
  /** Escape, or the platform's own way to leave a dialog. */
  readonly onClose: () => void;
};

/** A native modal <dialog> (focus trap, Escape and inertness by the browser) in KRDS modal markup. */
export function Dialog({ open, title, children, buttons, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (open && element && !element.open) element.showModal();
    if (!open && element?.open) element.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="krds-modal in shown" aria-labelledby={id} onClose={onClose}>
      {open && (
        <div class="modal-dialog modal-sm">
          <div class="modal-content">
            <div class="modal-header">
              <h2 id={id} class="modal-title">
                {title}
              </h2>
            </div>
            <div class="modal-conts">
              <div class="conts-area">{children}</div>
            </div>
            <div class="modal-btn">{buttons}</div>
          </div>
        </div>
      )}
    </dialog>
  );
}
