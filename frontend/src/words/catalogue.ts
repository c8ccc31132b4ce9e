/** What a catalogue of words is, and how an entry of one is said. Knows no screen and no chosen language. */

import type { en } from './en';

/** One wording for each plural category of the language that counts up to it; `other` is always there. */
export type Plural = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
export type Entry = string | Plural;

type English = typeof en;
export type Key = keyof English;
export type Catalogue = { readonly [K in Key]: English[K] extends string ? string : Plural };

type Text<K extends Key> = English[K] extends string ? English[K] : Extract<English[K], Plural>['other'];
type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
/** What fills a key's placeholders; nothing for a key that has none. */
export type Filling<K extends Key> = [NamesIn<Text<K>>] extends [never]
  ? []
  : [Readonly<Record<NamesIn<Text<K>>, string | number>>];

/** A key that is said as it stands. */
export type PlainKey = { [K in Key]: Filling<K> extends [] ? K : never }[Key];

/** Keeps what is filled in from turning round the words about it, where the two run in opposite directions. */
const ISOLATE = '\u2068';
const END_ISOLATE = '\u2069';

export class Speech {
  private readonly numbers: Intl.NumberFormat;
  private readonly plurals: Intl.PluralRules;

  /** `locale` is that of numbers and plurals, a BCP 47 tag. */
  constructor(
    private readonly catalogue: Catalogue,
    readonly locale: string,
    private readonly direction: 'ltr' | 'rtl',
  ) {
    this.numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
    this.plurals = new Intl.PluralRules(locale);
  }

  say<K extends Key>(key: K, ...[filling]: Filling<K>): string {
    const values: Readonly<Record<string, string | number>> = filling ?? {};
    return this.wording(this.catalogue[key], values).replace(/\{(\w+)\}/g, (_whole, name: string) => {
      const value = values[name];
      return this.isolated(typeof value === 'number' ? this.number(value) : (value ?? ''));
    });
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  private wording(entry: Entry, values: Readonly<Record<string, string | number>>): string {
    if (typeof entry === 'string') return entry;
    return entry[this.plurals.select(Number(values['n']))] ?? entry.other;
  }

  private isolated(text: string): string {
    return this.direction === 'rtl' ? `${ISOLATE}${text}${END_ISOLATE}` : text;
  }
}
