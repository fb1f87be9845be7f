import { type IdentityVerificationRequest, requestIdentityVerification } from '@portone/browser-sdk/v2';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import { End } from '../common/End.tsx';
import type { KeptAttempt } from '../common/identity-handover.ts';
import { useTexts } from '../identity/texts.ts';
import { Leave, Waiting } from '../identity/words.tsx';
import { returnAddress } from './result.ts';

type Props = { readonly kept: KeptAttempt & { readonly sdk: object } };

/** Asks the provider's script for its window; it answers here, or takes this tab to the return address itself. */
export function PortOnePage({ kept }: Props) {
  const t = useTexts();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    // The server made these members for this script; `@motp/protocol` leaves them open.
    requestIdentityVerification(kept.sdk as IdentityVerificationRequest).then(
      (response) => response && location.replace(returnAddress(kept.attempt, response)),
      () => setBroken(true),
    );
  }, [kept]);
  if (!isBroken) return <Waiting title="portone.title" text="portone.text" />;
  return (
    <End level="h1" mark="stop" title={t('portone.broken-title')}>
      <p>{t('portone.broken-text')}</p>
      <Button onClick={() => location.reload()}>{t('portone.again')}</Button>
      <Leave kept={kept} />
    </End>
  );
}
