import { useEffect, useState } from 'preact/hooks';
import type { Locale } from '../common/locale.ts';
import { preferredLocale } from '../common/translator.ts';
import { Loading, Over, Unknown, Unreachable } from './EndScreens.tsx';
import { isFramed } from './host.ts';
import { OpenCheck } from './OpenCheck.tsx';
import { Passed } from './Passed.tsx';
import type { CheckState, Screen } from './state.ts';
import { LanguageProvider, translator } from './texts.ts';
import { type Check, useCheck } from './use-check.ts';
import { useHost } from './use-host.ts';

export function CheckPage({ address }: { readonly address: string }) {
  const check = useCheck(address);
  const state = 'state' in check.screen ? check.screen.state : null;
  const [chosen, choose] = useState<Locale | null>(null);
  const locale = chosen ?? state?.locale ?? preferredLocale();
  const t = translator(locale);
  useEffect(() => {
    document.documentElement.lang = locale;
    document.title = state ? t('page.document', { institution: state.institution.name }) : t('page.title');
  }, [locale, state?.institution.name]);
  return (
    <LanguageProvider value={t}>
      <div class={isFramed() ? 'check framed' : 'check'}>
        <header class="check-header">
          <p class="check-institution">{state?.institution.name}</p>
          <h1>{t('page.title')}</h1>
          <button
            type="button"
            class="krds-btn text check-language"
            lang={locale === 'ko' ? 'en' : 'ko'}
            onClick={() => choose(locale === 'ko' ? 'en' : 'ko')}
          >
            {t('page.other-language')}
          </button>
        </header>
        <Content check={check} state={state} />
      </div>
    </LanguageProvider>
  );
}

function Content({ check, state }: { readonly check: Check; readonly state: CheckState | null }) {
  const { screen } = check;
  const host = useHost(state);
  return <main>{content(screen)}</main>;

  function content(shown: Screen) {
    switch (shown.kind) {
      case 'loading':
        return <Loading />;
      case 'open':
        return <OpenCheck screen={shown} check={check} />;
      case 'passed':
        return <Passed screen={shown} host={host} />;
      case 'over':
        return <Over screen={shown} host={host} />;
      case 'unknown':
        return <Unknown />;
      case 'unreachable':
        return <Unreachable until={shown.until} retry={check.reload} />;
    }
  }
}
