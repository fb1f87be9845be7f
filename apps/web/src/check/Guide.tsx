import { useState } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import type { CheckState } from './state.ts';
import { useTexts } from './texts.ts';

export function Guide() {
  const t = useTexts();
  return (
    <section aria-labelledby="guide-title">
      <h2 id="guide-title">{t('guide.title')}</h2>
      <ol class="guide">
        <li>{t('guide.open')}</li>
        <li>{t('guide.passcode')}</li>
        <li>{t('guide.type')}</li>
      </ol>
    </section>
  );
}

type Props = { readonly install: CheckState['install']; readonly needed: boolean };

/** How to come by the app: a QR code for another device's camera, the address for this one. */
export function Install({ install, needed }: Props) {
  const t = useTexts();
  return (
    <section class="install" aria-labelledby="install-title">
      <h2 id="install-title">{t('install.title')}</h2>
      {needed && <p class="install-needed">{t('install.needed')}</p>}
      <div class="install-body">
        {install.qr && (
          <img class="only-wide" src={install.qr} alt={t('install.qr')} width="132" height="132" />
        )}
        <div>
          <p class="only-wide">{t(install.qr ? 'install.scan' : 'install.open')}</p>
          <p class="only-phone">{t('install.open')}</p>
          <p class="install-address">
            <a href={install.url} target="_blank" rel="noopener">
              {install.url.replace(/^https?:\/\//, '')}
              <span class="sr-only">{t('code.new-tab')}</span>
            </a>
          </p>
          <Copy text={install.url} />
        </div>
      </div>
    </section>
  );
}

/** Offered only where copying is allowed: a frame of another origin may not. */
function Copy({ text }: { readonly text: string }) {
  const t = useTexts();
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  if (!navigator.clipboard || copied === 'refused') return null;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied('yes'),
      () => setCopied('refused'),
    );
  };
  return (
    <div class="only-phone">
      <Button look="text" size="medium" onClick={copy}>
        <span role="status">{t(copied === 'yes' ? 'install.copied' : 'install.copy')}</span>
      </Button>
    </div>
  );
}
