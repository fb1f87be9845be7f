import type { Locale } from '../../common/texts.ts';
import { useTexts } from '../texts.ts';

const NAMES = { ko: '한국어', en: 'English' } as const satisfies Record<Locale, string>;
const LOCALES = ['ko', 'en'] as const;

type Props = { readonly chosen: Locale; readonly onChoose: (locale: Locale) => void };

/** Each language in its own words, so that it is found by whoever cannot read the other. */
export function LanguageChoice({ chosen, onChoose }: Props) {
  const { t } = useTexts();
  return (
    <fieldset class="languages" aria-label={t('settings-language')}>
      {LOCALES.map((locale) => (
        <button
          key={locale}
          type="button"
          class="language"
          lang={locale}
          aria-pressed={locale === chosen}
          onClick={() => onChoose(locale)}
        >
          {NAMES[locale]}
        </button>
      ))}
    </fieldset>
  );
}
