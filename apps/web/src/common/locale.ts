export type Locale = 'ko' | 'en';

export const isLocale = (value: unknown): value is Locale => value === 'ko' || value === 'en';
