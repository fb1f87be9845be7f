import type { IdentityMethod } from '@motp/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { useTexts } from './texts.ts';
import type { Identity } from './use-identity.ts';

type Props = { readonly method: IdentityMethod; readonly identity: Identity };

/** In place of the code's field while an identity check goes on in its window. */
export function IdentityPanel({ method, identity }: Props) {
  const t = useTexts();
  const [isShown, setShown] = useState(true);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { isClosed } = identity;
  return (
    <section class="identity-panel" aria-labelledby="identity-title">
      <h2 id="identity-title" ref={heading} tabIndex={-1}>
        {t('identity.title', { way: t(`way.${method}`) })}
      </h2>
      <p role="status">{t(isClosed ? 'identity.closed' : 'identity.text')}</p>
      {!isShown && <p role="alert">{t('identity.not-shown')}</p>}
      <Button wide size="xlarge" onClick={() => setShown(identity.show())}>
        {t('identity.show')}
      </Button>
      <Button wide look="tertiary" onClick={identity.cancel}>
        {t('identity.cancel')}
      </Button>
    </section>
  );
}
