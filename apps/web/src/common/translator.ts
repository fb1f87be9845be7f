import { isLocale, type Locale } from './locale.ts';
import type { Table, Translate } from './texts.ts';

/**
 * For pages that keep nothing on the device: a choice of language lives as long as the page, and texts.ts with its
 * engine is not loaded.
 */
export function translatorOf<Key extends string>(
  tables: Readonly<Record<Locale, Table<Key>>>,
): (locale: Locale) => Translate<Key> {
  return (locale) =>
    (key, values = {}) =>
      tables[locale][key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** The first language of the browser that we speak; Korean otherwise. */
export const preferredLocale = (): Locale =>
  navigator.languages.map((tag) => tag.slice(0, 2)).find(isLocale) ?? 'ko';
