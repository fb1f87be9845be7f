import { createInstance } from 'i18next';
import { isLocale, type Locale } from './locale.ts';

export type { Locale };

/** Flat tables: one key, one sentence; `{{name}}` is filled in. A key missing in English is a type error. */
export type Table<Key extends string> = Readonly<Record<Key, string>>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate<Key extends string> = (key: Key, values?: Values) => string;

export type Texts<Key extends string> = {
  readonly t: Translate<Key>;
  locale(): Locale;
  /** Changes the language, keeps the choice on this device and sets the document's `lang`. */
  choose(locale: Locale): void;
  onChange(listener: () => void): () => void;
};

const STORED_AS = 'motp-locale';

/** The language of the first that speaks: the address, an earlier choice, the browser; Korean otherwise. */
export function pickLocale(asked: unknown, stored: unknown, preferred: readonly string[]): Locale {
  if (isLocale(asked)) return asked;
  if (isLocale(stored)) return stored;
  return preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLocale) ?? 'ko';
}

// Blocked storage throws on access; the language is not worth failing for.
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // see readStored
  }
}

export function createTexts<Key extends string>(ko: Table<Key>, en: Table<Key>): Texts<Key> {
  const asked = new URLSearchParams(location.search).get('lang');
  const engine = createInstance();
  const listeners = new Set<() => void>();
  engine.init({
    lng: pickLocale(asked, readStored(STORED_AS), navigator.languages),
    fallbackLng: 'ko',
    resources: { ko: { translation: ko }, en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
    interpolation: { escapeValue: false },
  });

  function change(locale: Locale): void {
    engine.changeLanguage(locale);
    document.documentElement.lang = locale;
    for (const listener of listeners) listener();
  }

  document.documentElement.lang = engine.language;
  return {
    t: (key, values) => engine.t(key as string, { ...values }),
    locale: () => (isLocale(engine.language) ? engine.language : 'ko'),
    choose(locale) {
      writeStored(STORED_AS, locale);
      change(locale);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
