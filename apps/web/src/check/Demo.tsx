import type { CheckState } from './state.ts';
import { useTexts } from './texts.ts';

/** A visitor with one computer and no phone lives the whole story from here. */
export function Demo({ demo }: { readonly demo: NonNullable<CheckState['demo']> }) {
  const t = useTexts();
  return (
    <aside class="demo" aria-labelledby="demo-title">
      <h2 id="demo-title">{t('demo.title')}</h2>
      <p>{t('demo.text')}</p>
      <p class="demo-links">
        <a href={demo.appUrl} target="_blank" rel="noopener">
          {t('demo.app')}
          <span class="sr-only">{t('code.new-tab')}</span>
        </a>
        <a href={demo.outboxUrl} target="_blank" rel="noopener">
          {t('demo.outbox')}
          <span class="sr-only">{t('code.new-tab')}</span>
        </a>
      </p>
    </aside>
  );
}
