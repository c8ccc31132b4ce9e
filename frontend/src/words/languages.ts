/** The six languages of the United Nations: their names in themselves, their direction, and which one to begin with. */

import type { Catalogue } from './catalogue';
import { en } from './en';

export type Language = 'ar' | 'zh' | 'en' | 'fr' | 'ru' | 'es';

interface Spoken {
  name: string;
  /** Of numbers and plurals. Arabic counts in the digits of grids and date-time groups, so that figures compare. */
  locale: string;
  direction: 'ltr' | 'rtl';
  load(): Promise<Catalogue>;
}

export const LANGUAGES: Readonly<Record<Language, Spoken>> = {
  ar: {
    name: 'العربية',
    locale: 'ar-u-nu-latn',
    direction: 'rtl',
    load: async () => (await import('./ar')).ar,
  },
  zh: { name: '中文', locale: 'zh', direction: 'ltr', load: async () => (await import('./zh')).zh },
  en: { name: 'English', locale: 'en', direction: 'ltr', load: () => Promise.resolve(en) },
  fr: { name: 'Français', locale: 'fr', direction: 'ltr', load: async () => (await import('./fr')).fr },
  ru: { name: 'Русский', locale: 'ru', direction: 'ltr', load: async () => (await import('./ru')).ru },
  es: { name: 'Español', locale: 'es', direction: 'ltr', load: async () => (await import('./es')).es },
};

export function isLanguage(text: string | null | undefined): text is Language {
  return text !== null && text !== undefined && Object.hasOwn(LANGUAGES, text);
}

/** The remembered one, else the first of the browser's that we speak, else English. */
export function firstLanguage(remembered: string | null, preferred: readonly string[]): Language {
  const wished = [remembered, ...preferred.map((tag) => tag.toLowerCase().split('-')[0])];
  return wished.find(isLanguage) ?? 'en';
}
