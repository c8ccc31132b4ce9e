import { describe, expect, it } from 'vitest';
import { violation } from '../testing/builders';
import type { Violation } from '../picture/nouns';
import { grouped } from './grouping';
import { railOf } from './order';

const NOON_MS = Date.parse('2026-11-22T12:00:00Z');
const atS = (s: number) => ({ observed_at: new Date(NOON_MS + s * 1000).toISOString() });
const METRE_N = 1 / 111_320;

const lines = (violations: Violation[]) =>
  grouped(railOf(violations).open).map(({ members }) => members.map(({ id }) => id));

describe('a flood in the rail', () => {
  const flood = Array.from({ length: 50 }, (_, i) => violation(`v${String(i).padStart(2, '0')}`, atS(i)));

  it('is one line that loses none of fifty', () => {
    const [group, ...rest] = grouped(railOf(flood).open);

    expect([group?.id, group?.members.length, rest]).toEqual(['v00', 50, []]);
    expect(new Set(group?.members)).toEqual(new Set(flood));
  });

  it('is the same whatever came first, and keeps its name as it goes on', () => {
    const more = [...flood.toReversed(), violation('later', atS(100))];

    expect(lines(more)).toEqual(lines(more.toReversed()));
    expect(grouped(railOf(more).open).map(({ id }) => id)).toEqual(['v00']);
  });

  it('keeps apart what differs in rule, feature, party or direction', () => {
    for (const other of [
      { rule_id: 'r2' },
      { feature: 'cfl-south' },
      { party: 'south' },
      { direction: 'right_to_left' as const },
    ]) {
      const odd = violation('odd', { ...atS(10), ...other });
      expect(
        lines([...flood, odd]).map(({ length }) => length),
        JSON.stringify(other),
      ).toEqual([50, 1]);
    }
  });

  it('goes on from one to the next: a minute and no more, 500 m and no more', () => {
    const chain = (stepS: number, stepM: number) =>
      lines([0, 1, 2, 3].map((i) => violation(`v${i}`, { ...atS(i * stepS), lat: 35 + i * stepM * METRE_N })))
        .length;

    expect([chain(60, 0), chain(61, 0), chain(1, 499), chain(1, 501)]).toEqual([1, 4, 1, 4]);
  });

  it('may be at two places in turn, and is then two lines', () => {
    const turns = Array.from({ length: 8 }, (_, i) =>
      violation(`v${i}`, { ...atS(i), lat: i % 2 ? 35 : 35.1 }),
    );

    expect(lines(turns).map(({ length }) => length)).toEqual([4, 4]);
  });

  it('begins with three: two stand alone, in their order', () => {
    expect(lines([violation('a', atS(0)), violation('b', atS(1))])).toEqual([['b'], ['a']]);
  });

  it('has no seam where the day turns round the globe', () => {
    const lons = [179.999, -179.999, 179.999];
    expect(lines(lons.map((lon, i) => violation(`v${i}`, { ...atS(i), lon, lat: 0 })))).toHaveLength(1);
  });

  it('takes no time to speak of for two thousand', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => violation(`v${i}`, atS(i / 40)));

    expect(grouped(railOf(many).open)).toHaveLength(1);
  });
});
