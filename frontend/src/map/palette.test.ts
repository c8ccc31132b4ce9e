import { describe, expect, it } from 'vitest';
import { apart, contrast, rgbOf, SIGHTS } from '../testing/colours';
import { THEMES } from '../theme/theme';
import { type Palette, PALETTES } from './palette';

const PLAIN = 20;

/** Who must be told apart at a glance: the mission's own, the parties, and an alarm. */
function crowd({ symbols, parties, urgent }: Palette): [string, string][] {
  return [
    ['mission', symbols.fills.Friend],
    ['alarm', urgent],
    ...parties.map((colour, i): [string, string] => [`party ${i + 1}`, colour]),
  ];
}

describe.each(['night', 'day'] as const)('the colours of parties by %s', (theme) => {
  it.each(Object.entries(SIGHTS))('are plainly apart for %s', (_name, sight) => {
    const members = crowd(PALETTES[theme]);
    const close = members.flatMap(([one, a], i) =>
      members
        .slice(i + 1)
        .map(([other, b]) => ({ pair: `${one}, ${other}`, far: apart(a, b, sight) }))
        .filter(({ far }) => far < PLAIN)
        .map(({ pair, far }) => `${pair}: ${far.toFixed(1)}`),
    );

    expect(close).toEqual([]);
  });
});

describe.each(THEMES)('the map by %s', (theme) => {
  const palette = PALETTES[theme];

  it.each([
    'ivoryText',
    'zoneText',
    'placeText',
    'incidentText',
    'gridText',
    'townText',
    'measure',
    'ring',
    'evidence',
  ] as const)('has %s readable on land, on sea and on its halo', (name) => {
    const least = name === 'gridText' || name === 'townText' ? 3 : 4.5;
    for (const ground of [palette.land, palette.sea, palette.halo])
      expect(contrast(rgbOf(palette[name]), rgbOf(ground))).toBeGreaterThanOrEqual(least);
  });

  it('has every callsign readable on its rim', () => {
    const { live, stale, selected, halo } = palette.entities;
    for (const colour of [live, stale, selected])
      expect(contrast(rgbOf(colour), rgbOf(halo))).toBeGreaterThanOrEqual(4.5);
  });
});

it('red light holds no green or blue to speak of', () => {
  const { entities, symbols, parties, ...own } = PALETTES.red;
  const all = [
    ...Object.values(own),
    ...Object.values(entities),
    ...Object.values(symbols.fills),
    symbols.ink,
    symbols.outline,
    ...parties,
  ];
  const bright = all.filter((hex) => {
    const [red, green, blue] = rgbOf(hex);
    return green > 0.6 * red + 8 || blue > 0.52 * red + 8;
  });

  expect(bright).toEqual([]);
});
