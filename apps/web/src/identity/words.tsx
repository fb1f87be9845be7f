import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../common/Button.tsx';
import type { KeptAttempt } from '../common/identity-handover.ts';
import type { Locale } from '../common/locale.ts';
import { preferredLocale } from '../common/translator.ts';
import { LanguageProvider, translator, useTexts } from './texts.ts';
import type { TextKey } from './texts-ko.ts';
import { leave } from './use-return.ts';

/** Something goes on by itself. */
export function Waiting({ title, text }: { readonly title: TextKey; readonly text: TextKey }) {
  const t = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="window-waiting">
      <h1 ref={heading} tabIndex={-1}>
        {t(title)}
      </h1>
      <p>{t(text)}</p>
    </div>
  );
}

/** The way back to where the identity check was started. */
export function Leave({ kept }: { readonly kept: Pick<KeptAttempt, 'back'> }) {
  const t = useTexts();
  return (
    <Button look="tertiary" onClick={() => leave(kept)}>
      {t(kept.back === undefined ? 'leave.close' : 'leave.back')}
    </Button>
  );
}

type InWindowProps = { readonly lang?: Locale | undefined; readonly page: ComponentChildren };

/** The page in its language: that of the page that started it, else the browser's. */
export function InWindow({ lang = preferredLocale(), page }: InWindowProps) {
  const t = translator(lang);
  useEffect(() => {
    document.documentElement.lang = lang;
    document.title = `${t('page.title')} · mOTP`;
  }, [lang]);
  return (
    <LanguageProvider value={t}>
      <main class="window">{page}</main>
    </LanguageProvider>
  );
}
