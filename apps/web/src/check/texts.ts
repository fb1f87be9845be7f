import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Locale, Values } from '../common/texts.ts';
import { en } from './texts-en.ts';
import { ko, type TextKey } from './texts-ko.ts';

export type Translate = (key: TextKey, values?: Values) => string;

const tables: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = { ko, en };

// Not common/texts.ts: this page keeps nothing on the device, so a choice of language lives as long as the page.
export function translator(locale: Locale): Translate {
  const table = tables[locale];
  return (key, values = {}) =>
    table[key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

const Language = createContext<Translate>(translator('ko'));
export const LanguageProvider = Language.Provider;
export const useTexts = (): Translate => useContext(Language);
