import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Translate as TranslateKey } from '../common/texts.ts';
import { translatorOf } from '../common/translator.ts';
import { en } from './texts-en.ts';
import { ko, type TextKey } from './texts-ko.ts';

export type Translate = TranslateKey<TextKey>;

export const translator = translatorOf<TextKey>({ ko, en });

const Language = createContext<Translate>(translator('ko'));
export const LanguageProvider = Language.Provider;
export const useTexts = (): Translate => useContext(Language);
