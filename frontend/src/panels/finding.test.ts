import { describe, expect, it } from 'vitest';
import { feature, track } from '../testing/builders';
import { find, rank } from './finding';

const nothing = () => undefined;
const field = {
  tracks: [
    track('t1', { callsign: 'KITE 10' }),
    track('t2', { callsign: 'RED KITE' }),
    track('t3', { callsign: 'KITE 1' }),
    track('t4', { sources: [{ contingent: 'GBR', unit: 'patrol-7' }] }),
  ],
  features: [feature('z', { type: 'Point', coordinates: [33, 35] }, { name: 'Kite hill', kind: 'position' })],
  actions: [
    { title: 'Zoom in', key: '+', run: nothing },
    { title: 'Units', key: 'U', run: nothing },
  ],
};
const titles = (typed: string) => find(typed, field).map(({ title }) => title);

describe('the command palette', () => {
  it('offers what can be done before anything is typed', () => {
    expect(titles('')).toEqual(['Zoom in', 'Units']);
  });

  it('finds callsigns, the whole and the shortest first, and features after them', () => {
    expect(titles('kite 1')).toEqual(['KITE 1', 'KITE 10']);
    expect(titles('KITE')).toEqual(['KITE 1', 'KITE 10', 'RED KITE', 'Kite hill']);
  });

  it('finds a unit by what its contingent calls it, and an action by its words', () => {
    expect(titles('patrol')).toEqual(['patrol-7']);
    expect(titles('zoo')).toEqual(['Zoom in']);
  });

  it('goes where coordinates say', () => {
    const [found] = find('35.2 33.3', field);

    expect(found?.title).toMatch(/^Go to 36S WD /);
    expect(found?.chosen).toEqual({ kind: 'place', place: { lon: 33.3, lat: 35.2 } });
  });

  it('goes to the middle of a feature', () => {
    expect(find('hill', field)[0]?.chosen).toEqual({ kind: 'place', place: { lon: 33, lat: 35 } });
  });

  it('ranks beginnings before the beginnings of words, and these before what is inside', () => {
    expect(['kite', 'kite 1', 'red kite', 'redkite', 'wolf'].map((name) => rank(name, 'KITE'))).toEqual([
      ...[0, 1, 2, 3],
      null,
    ]);
  });
});
