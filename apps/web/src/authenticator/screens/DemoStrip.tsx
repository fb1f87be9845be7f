import { useEffect, useState } from 'preact/hooks';
import { demoLinks, onDemoLinks } from '../demo.ts';
import { useTexts } from '../texts.ts';

/** Says on every screen of a demo that it is one, and leads to its other two windows. */
export function DemoStrip() {
  const { t } = useTexts();
  const [links, setLinks] = useState(demoLinks());
  useEffect(() => onDemoLinks(setLinks), []);
  if (!links) return null;
  return (
    <footer class="demo">
      <p>
        <strong>{t('demo-title')}</strong> {t('demo-text')}
      </p>
      <p class="demo-links">
        <NewTab href={links.outboxUrl} text={t('demo-outbox')} />
        <NewTab href={links.lmsUrl} text={t('demo-lms')} />
      </p>
    </footer>
  );
}

export function NewTab({ href, text }: { readonly href: string; readonly text: string }) {
  const { t } = useTexts();
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {text} <span class="sr-only">({t('opens-new-tab')})</span>
      <span aria-hidden="true">↗</span>
    </a>
  );
}
