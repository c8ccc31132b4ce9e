import { describe, expect, it } from 'vitest';
import { en } from '../words/en';
import { isNew, keepToured, STEPS } from './tour';

const SLOW_READER_WORDS_A_MINUTE = 180;

describe('the tour', () => {
  it('comes once to a browser, and again only when it is asked for', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(isNew(storage)).toBe(true);

    keepToured(storage);

    expect(isNew(storage)).toBe(false);
  });

  it('is read in less than a minute', () => {
    const words = STEPS.flatMap(({ title, text }) => `${en[title]} ${en[text]}`.split(' '));

    expect(words.length).toBeLessThan(SLOW_READER_WORDS_A_MINUTE);
  });
});
