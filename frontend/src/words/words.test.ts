import { afterEach, describe, expect, it } from 'vitest';
import { type Entry, Speech } from './catalogue';
import { en } from './en';
import { firstLanguage, type Language, LANGUAGES } from './languages';
import { capital, language, say, sentence, speak, wordFor } from './words.svelte';

const ALL = Object.keys(LANGUAGES) as Language[];
const COUNTS = [...Array(1001).keys()];

async function entriesOf(which: Language): Promise<Map<string, Entry>> {
  return new Map(Object.entries<Entry>(await LANGUAGES[which].load()));
}

function wordings(entry: Entry): string[] {
  return typeof entry === 'string' ? [entry] : Object.values(entry);
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
}

describe.each(ALL)('the catalogue of %s', (which) => {
  it('has the keys of English, none missing and none too many', async () => {
    const entries = await entriesOf(which);

    expect([...entries.keys()].sort()).toEqual(Object.keys(en).sort());
  });

  it('leaves nothing unsaid', async () => {
    const said = [...(await entriesOf(which)).values()].flatMap(wordings);

    expect(said.filter((text) => text.trim() !== text || text === '')).toEqual([]);
  });

  it('fills in what English fills in', async () => {
    const english = await entriesOf('en');
    const differing = [...(await entriesOf(which))].filter(([key, entry]) => {
      const expected = placeholders(wordings(english.get(key) ?? '').at(-1) ?? '').join();
      return wordings(entry).some((text) => placeholders(text).join() !== expected);
    });

    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it('counts with the forms that the language needs up to a thousand', async () => {
    const rules = new Intl.PluralRules(LANGUAGES[which].locale);
    const needed = [...new Set([...COUNTS.map((n) => rules.select(n)), 'other'])].sort();
    const forms = [...(await entriesOf(which)).values()].filter((entry) => typeof entry !== 'string');

    expect(forms.length).toBeGreaterThan(5);
    for (const entry of forms) expect(Object.keys(entry).sort()).toEqual(needed);
  });
});

describe('the words', () => {
  afterEach(() => speak('en'));

  it('count as their language counts', async () => {
    const said: string[] = [];
    for (const which of ['en', 'ru', 'zh'] as const) {
      await speak(which);
      said.push(...[1, 3, 5].map((n) => say('map.tracks', { n })));
    }

    expect(said).toEqual([
      ...['1 track', '3 tracks', '5 tracks'],
      ...['1 трасса', '3 трассы', '5 трасс'],
      ...['1 条航迹', '3 条航迹', '5 条航迹'],
    ]);
  });

  it('write numbers as their language does, and Arabic ones in the digits of the grid', async () => {
    const { ar } = await import('./ar');
    const { fr } = await import('./fr');

    expect(new Speech(fr, 'fr', 'ltr').say('measure.kilometres', { n: 4.2 })).toBe('4,2 km');
    expect(new Speech(ar, LANGUAGES.ar.locale, 'rtl').number(1200.5)).toMatch(/^1.200.5$/);
  });

  it('keep a callsign whole inside a sentence that runs the other way', async () => {
    await speak('ar');

    expect(say('palette.goTo', { place: '36S WD 1 2' })).toContain('\u206836S WD 1 2\u2069');
  });

  it('turn the page round for Arabic and back', async () => {
    await speak('ar');
    const there = [language(), document.documentElement.lang, document.documentElement.dir];
    await speak('en');

    expect(there).toEqual(['ar', 'ar', 'rtl']);
    expect(document.documentElement.dir).toBe('ltr');
  });

  it('show a code that nobody foresaw as it is', () => {
    expect([wordFor('rule', 'line_crossing'), wordFor('rule', 'new_rule')]).toEqual([
      'Line crossed',
      'New rule',
    ]);
    expect([sentence('a_b'), capital('late')]).toEqual(['A b', 'Late']);
  });
});

describe('the first language', () => {
  it.each([
    ['ar', ['fr-FR'], 'ar'],
    [null, ['fr-CA', 'en'], 'fr'],
    [null, ['de', 'zh-Hant-TW'], 'zh'],
    ['tlh', ['de'], 'en'],
    ['toString', [], 'en'],
  ])('is the remembered %s, else the best of %j: %s', (remembered, preferred, expected) => {
    expect(firstLanguage(remembered, preferred)).toBe(expected);
  });
});
