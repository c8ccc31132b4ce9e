/** Every code of the published lists can be drawn, as itself or as a frame that says it is not known. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ms from 'milsymbol';
import { describe, expect, it } from 'vitest';
import { track } from '../testing/builders';
import { isValidSidc } from './picture';
import { drawnSidc } from './sidc';

const FOLDER = process.env['COP_TEST_DATA'] ? join(process.env['COP_TEST_DATA'], 'symbology') : '';
const THERE = FOLDER !== '' && existsSync(FOLDER);

function rows(name: string): string[][] {
  return readFileSync(join(FOLDER, name), 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(','));
}

/** A letter code of a list with its wildcards filled: a friend that is there. */
function filled(code: string): string {
  return code
    .padEnd(15, '-')
    .split('')
    .map((letter, at) => (letter !== '*' ? letter : at === 1 ? 'F' : at === 3 ? 'P' : '-'))
    .join('');
}

const digits = (set: string, entity: string, modifiers = '0000') => `1003${set}0000${entity}${modifiers}`;

/** `own` is the share that milsymbol draws as itself: the others are lines and areas, which have no symbol. */
const SETS: Record<string, { codes: () => string[]; own: number }> = {
  'names of 2525C': {
    codes: () => rows('jmsml_2525C_names_a.csv').map(([code = '']) => filled(code)),
    own: 0.7,
  },
  '2525C to 2525D, letters': {
    codes: () =>
      rows('jmsml_2525C_to_2525D_a.csv')
        .slice(1)
        .map(([code = '']) => filled(code)),
    own: 0.89,
  },
  '2525C to 2525D, digits': {
    codes: () =>
      rows('jmsml_2525C_to_2525D_a.csv')
        .slice(1)
        .map(([, , set = '', entity = '', one = '', two = '']) => digits(set, entity, one + two)),
    own: 0.84,
  },
  'entities of 2525D': {
    codes: () =>
      rows('jmsml_2525D_entities_a.csv')
        .slice(1)
        .map(([set = '', , , , , entity = '']) => digits(set, entity)),
    own: 0.5,
  },
  'letters to digits': {
    codes: () =>
      (
        JSON.parse(readFileSync(join(FOLDER, 'orbatmapper_letter_to_number_a.json'), 'utf8')) as [
          string,
          string,
          string,
        ][]
      ).flatMap(([letters, set, rest]) => [filled(letters), digits(set, rest)]),
    own: 0.69,
  },
  'a situation': {
    codes: () =>
      (
        JSON.parse(readFileSync(join(FOLDER, 'milsymbol_situation.geojson'), 'utf8')) as {
          features: { properties: { SIDC: string } }[];
        }
      ).features.map(({ properties }) => filled(properties.SIDC)),
    own: 1,
  },
};

describe.skipIf(!THERE)('the published lists of codes (COP_TEST_DATA/symbology)', () => {
  it.each(Object.entries(SETS))('of %s all draw', (_, { codes, own }) => {
    const all = codes();
    let asThemselves = 0;
    for (const code of all) {
      const drawn = drawnSidc(track('a', { sidc: code }), isValidSidc);
      const picture = new ms.Symbol(drawn.sidc, { size: 20 });

      expect(isValidSidc(drawn.sidc), code).toBe(true);
      expect(picture.getSize().width, code).toBeGreaterThan(0);
      expect(picture.asSVG(), code).toMatch(/<path|<circle|<text/);
      // What is not drawn as itself says so: a question mark beside it.
      expect(drawn.doubtful, code).toBe(drawn.sidc !== code);
      if (!drawn.doubtful) asThemselves++;
    }

    expect(all.length).toBeGreaterThan(70);
    expect(asThemselves / all.length).toBeGreaterThanOrEqual(own);
  });
});
