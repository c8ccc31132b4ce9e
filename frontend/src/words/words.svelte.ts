/** The words of the screen in the language chosen now. Whatever says something follows a change of language. */

import { Speech, type Filling, type Key, type PlainKey } from './catalogue';
import { en } from './en';
import { firstLanguage, type Language, LANGUAGES } from './languages';

const REMEMBERED = 'accord.language';

let chosen = $state<Language>('en');
let speech = $state.raw(new Speech(en, LANGUAGES.en.locale, 'ltr'));

export function language(): Language {
  return chosen;
}

export function say<K extends Key>(key: K, ...filling: Filling<K>): string {
  return speech.say(key, ...filling);
}

export function number(value: number): string {
  return speech.number(value);
}

/** The word for a code of the wire: `rule`, `line_crossing` → `Line crossed`. A code nobody foresaw is shown as it is. */
export function wordFor(group: string, code: string): string {
  const key = `${group}.${code}`;
  return Object.hasOwn(en, key) ? speech.say(key as PlainKey) : sentence(code);
}

/** `line_crossing` → `Line crossing` */
export function sentence(code: string): string {
  return capital(code.replaceAll('_', ' '));
}

export function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase(speech.locale) + words.slice(1);
}

/** Speak the language remembered here, or the browser's; English until another is loaded. */
export async function speakFirst(): Promise<void> {
  const first = firstLanguage(localStorage.getItem(REMEMBERED), navigator.languages);
  await speak(first).catch(() => {
    // A language that cannot be loaded leaves English, which is always here.
    document.documentElement.lang = chosen;
  });
}

/** Change to `next` and remember it. Rejects when its words cannot be loaded; then nothing has changed. */
export async function speak(next: Language): Promise<void> {
  const { load, locale, direction } = LANGUAGES[next];
  speech = new Speech(await load(), locale, direction);
  chosen = next;
  document.documentElement.lang = next;
  document.documentElement.dir = direction;
}

export async function chooseLanguage(next: Language): Promise<void> {
  await speak(next);
  localStorage.setItem(REMEMBERED, next);
}
