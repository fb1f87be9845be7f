import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { focusFirstInvalid } from '../common/Field.tsx';
import { useTexts } from './texts.ts';
import type { DemoWindow } from './use-window.ts';

const STEPS = ['carrier', 'person', 'code'] as const;

type Props = {
  readonly window: DemoWindow;
  readonly title: string;
  /** Of 휴대폰; 아이핀 has one step and no indicator. */
  readonly step?: (typeof STEPS)[number];
  readonly submit: string;
  readonly onSubmit: () => void;
  readonly onBack?: () => void;
  /** Errors that the step found itself; the server's are in the screen. */
  readonly tried?: number;
  readonly children: ComponentChildren;
};

/** One step of the window: its title takes the focus, so that it is read out; then the first field that is wrong. */
export function Step(props: Props) {
  const t = useTexts();
  const { window, step } = props;
  const { errors } = window.screen;
  const form = useRef<HTMLFormElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => focusFirstInvalid(form.current), [errors, props.tried]);

  function submit(event: Event): void {
    event.preventDefault();
    props.onSubmit();
  }

  return (
    <form ref={form} class="sim-step" onSubmit={submit} noValidate>
      {step && <Steps now={step} />}
      <h2 ref={heading} tabIndex={-1}>
        {props.title}
      </h2>
      {props.children}
      <p class="sim-said" role="alert">
        {errors.form && t(errors.form.key, errors.form.values)}
      </p>
      <div class="sim-actions">
        <Button look="tertiary" onClick={() => window.end('cancelled')} busy={window.busy}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" busy={window.busy}>
          {props.submit}
        </Button>
      </div>
      {props.onBack && (
        <Button look="text" onClick={props.onBack}>
          {t('action.back')}
        </Button>
      )}
    </form>
  );
}

function Steps({ now }: { readonly now: (typeof STEPS)[number] }) {
  const t = useTexts();
  const at = STEPS.indexOf(now);
  return (
    <ol class="sim-steps" aria-label={t('steps.label')}>
      {STEPS.map((step, index) => (
        <li
          key={step}
          class={index <= at ? 'sim-reached' : ''}
          aria-current={index === at ? 'step' : undefined}
        >
          <span class="sr-only">{t('steps.number', { number: index + 1 })}</span> {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}
