import { describe, expect, it } from 'vitest';
import { track } from '../testing/builders';
import { fitting, sorted, unitRows, windowOf } from './units';

const words = { party: (id: string) => id.toUpperCase(), platform: (code: string) => `a ${code}` };
const rows = unitRows(
  [
    track('t1', { callsign: 'KITE 10', status: 'lost', observed_at: '2026-11-22T11:00:00Z' }),
    track('t2', { callsign: 'KITE 9', party: 'north', sources: [{ contingent: 'GBR', unit: 'bravo-9' }] }),
    track('t3', { callsign: 'WOLF 1', status: 'stale', platform: null }),
  ],
  words,
);
const names = (found: { name: string }[]) => found.map(({ name }) => name);

describe('the table of units', () => {
  it('is searched by every word, in whatever column it stands', () => {
    expect(names(fitting(rows, 'kite'))).toEqual(['KITE 10', 'KITE 9']);
    expect(names(fitting(rows, 'north bravo'))).toEqual(['KITE 9']);
    expect(names(fitting(rows, 'wolf gbr'))).toEqual([]);
    expect(fitting(rows, ' ')).toHaveLength(3);
  });

  it('counts in its order, as people do', () => {
    expect(names(sorted(rows, 'name', false))).toEqual(['KITE 9', 'KITE 10', 'WOLF 1']);
    expect(names(sorted(rows, 'name', true))).toEqual(['WOLF 1', 'KITE 10', 'KITE 9']);
  });

  it('has the freshest first by age and by status, and ties by name', () => {
    expect(names(sorted(rows, 'age', false))).toEqual(['KITE 9', 'WOLF 1', 'KITE 10']);
    expect(names(sorted(rows, 'status', false))).toEqual(['KITE 9', 'WOLF 1', 'KITE 10']);
  });

  it.each([
    [0, 320, 10_000],
    [3200, 320, 10_000],
    [319_680, 320, 10_000],
    [9_999, 320, 12],
    [0, 0, 0],
  ])('draws, scrolled to %i, the rows that are seen and few others', (top, height, count) => {
    const { from, to } = windowOf(top, height, 32, count);
    const seen = [...Array(count).keys()].filter((row) => (row + 1) * 32 > top && row * 32 < top + height);

    expect(seen.every((row) => row >= from && row < to)).toBe(true);
    expect(to - from).toBeLessThanOrEqual(Math.ceil(height / 32) + 13);
    expect(from).toBeGreaterThanOrEqual(0);
  });
});
