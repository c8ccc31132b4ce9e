import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, type Rgb, rgbOf } from '../testing/colours';
import { keepTheme, keptTheme, nextTheme, type Theme, THEMES } from './theme';

const CSS = readFileSync('src/theme/theme.css', 'utf8');

/** Every custom property that a theme sets. */
function variablesOf(theme: Theme): Map<string, string> {
  const selector = theme === 'night' ? ':root' : `[data-theme='${theme}']`;
  const body = CSS.split(`${selector} {`)[1]?.split('}')[0] ?? '';
  return new Map(
    [...body.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

function coloursIn(value: string): Rgb[] {
  return [...value.matchAll(/#[0-9a-f]{3,8}\b/gi)].map(([hex]) => rgbOf(hex));
}

const PANELS = ['--panel-solid', '--raised'];
/** Which text stands on which grounds. */
const TEXTS: [text: string, grounds: string[]][] = [
  ['--text', [...PANELS, '--raised-hover', '--selected', '--field', '--bar-bg', '--urgent-row', '--bg']],
  ['--text', ['--urgent-row-selected']],
  ['--text-2', [...PANELS, '--selected', '--bar-bg']],
  ['--text-3', ['--panel-solid', '--selected', '--bar-bg']],
  ['--scale', ['--map']],
  ['--on-blue', ['--blue', '--blue-hover']],
  ['--on-red', ['--red', '--red-hover']],
  ['--on-orange', ['--orange']],
  ['--green', ['--bar-bg']],
  ['--yellow', ['--bar-bg']],
  ['--orange', ['--bar-bg']],
  ['--urgent-text', ['--urgent-row', '--urgent-row-selected']],
  ['--urgent-text-2', ['--urgent-row', '--urgent-row-selected']],
  ['--count-text', ['--count-bg', '--panel-solid', '--red-bg']],
  ['--good-text', ['--good-bg', '--bar-bg']],
  ['--warn-text', ['--warn-bg', '--panel-solid', '--selected', '--bar-bg']],
  ['--quiet-text', ['--quiet-bg']],
  ['--late-text', ['--panel-solid', '--selected']],
  ['--mission-mark', ['--bar-bg']],
  ['--on-past', ['--past']],
  ['--past-text', ['--past-sunk']],
  ['--past', ['--bar-bg', '--panel-solid']],
];
/** Marks and edges that tell something, but are no text: 3 to 1. */
const MARKS: [mark: string, grounds: string[]][] = [
  ['--red', ['--panel-solid', '--urgent-row']],
  ['--orange', ['--panel-solid', '--selected']],
  ['--yellow', ['--panel-solid', '--selected']],
  ['--slate', ['--panel-solid', '--selected']],
  ['--blue', ['--panel-solid', '--bar-bg']],
];

function tooFaint(theme: Theme, pairs: typeof TEXTS, least: number): string[] {
  const variables = variablesOf(theme);
  const found: string[] = [];
  for (const [over, grounds] of pairs) {
    for (const ground of grounds) {
      if (!variables.has(over) || !variables.has(ground)) found.push(`${over} on ${ground}: not set`);
      for (const above of coloursIn(variables.get(over) ?? '')) {
        for (const below of coloursIn(variables.get(ground) ?? '')) {
          const ratio = contrast(above, below);
          if (ratio < least) found.push(`${over} on ${ground}: ${ratio.toFixed(2)}`);
        }
      }
    }
  }
  return found;
}

describe.each(THEMES)('the theme %s', (theme) => {
  it('has every text at AA on its grounds', () => {
    expect(tooFaint(theme, TEXTS, 4.5)).toEqual([]);
  });

  it('has every telling mark at 3 to 1', () => {
    expect(tooFaint(theme, MARKS, 3)).toEqual([]);
  });

  it('sets all that another theme sets', () => {
    const colours = [...variablesOf('night').keys()].sort();

    expect([...variablesOf(theme).keys()].sort()).toEqual(colours);
  });
});

describe('red light', () => {
  it('has no colour that would spoil eyes used to the dark', () => {
    const bright = [...variablesOf('red')].flatMap(([name, value]) =>
      coloursIn(value)
        .filter(([red, green, blue]) => green > 0.51 * red + 8 || blue > 0.46 * red + 8)
        .map((colour) => `${name} ${colour.join(' ')}`),
    );

    expect(bright).toEqual([]);
  });
});

describe('the choice of a theme', () => {
  it('is kept, goes round, and is night where nothing sensible was kept', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };

    expect(keptTheme(storage)).toBe('night');
    keepTheme('red', storage);
    expect(keptTheme(storage)).toBe('red');
    expect(keptTheme({ getItem: () => 'pink' })).toBe('night');
    expect(THEMES.map(nextTheme)).toEqual(['day', 'red', 'night']);
  });
});
