import type { IdentityMethod } from '@motp/protocol';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../common/Button.tsx';
import { type TextKey, useTexts } from '../texts.ts';
import type { IdentityCheck } from '../use-identity.ts';
import { FormError } from './FormError.tsx';

type Props = {
  readonly check: IdentityCheck;
  readonly methods: readonly IdentityMethod[];
  /** Beside another main button it is the second way. */
  readonly look?: 'primary' | 'secondary';
};

const LABELS = {
  phone: 'identity-phone',
  ipin: 'identity-ipin',
} as const satisfies Record<IdentityMethod, TextKey>;

/** The certified ways that this server offers; while one is under way, what is waited for. */
export function IdentityButtons({ check, methods, look = 'primary' }: Props) {
  const { t } = useTexts();
  return (
    <div class="identity">
      <FormError text={check.said} />
      <p class={check.waiting ? 'notice' : 'no-error'} role="status">
        {check.waiting && t('identity-waiting')}
      </p>
      {check.waiting ? (
        <Waiting check={check} />
      ) : (
        methods.map((method, index) => (
          <Button
            key={method}
            wide
            size="xlarge"
            look={index === 0 ? look : 'tertiary'}
            busy={check.busy}
            onClick={() => check.start(method)}
          >
            {t(LABELS[method])}
          </Button>
        ))
      )}
    </div>
  );
}

function Waiting({ check }: Pick<Props, 'check'>) {
  const { t } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone: who comes back from the window goes on from here.
  useEffect(() => {
    if (document.activeElement === document.body) place.current?.focus();
  }, []);
  return (
    <div ref={place} class="identity" tabIndex={-1}>
      {check.show && (
        <Button wide size="xlarge" look="secondary" onClick={check.show}>
          {t('identity-show')}
        </Button>
      )}
      <Button look="text" onClick={check.forget}>
        {t('identity-again')}
      </Button>
    </div>
  );
}
