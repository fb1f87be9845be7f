import { useEffect, useState } from 'preact/hooks';
import { createTexts, type Locale, type Translate } from '../common/texts.ts';
import { en } from './texts-en.ts';
import { ko } from './texts-ko.ts';

export type TextKey = keyof typeof ko;
export type T = Translate<TextKey>;

export const texts = createTexts<TextKey>(ko, en);

/** The translator of the language that is chosen now; the component is drawn again when it changes. */
export function useTexts(): { readonly t: T; readonly locale: Locale } {
  const [locale, setLocale] = useState(texts.locale());
  useEffect(() => texts.onChange(() => setLocale(texts.locale())), []);
  return { t: texts.t, locale };
}
