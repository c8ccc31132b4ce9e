import { describe, expect, it } from 'vitest';
import { judged, snapshot, track, violation } from '../../testing/builders';
import { apply } from '../../picture/apply';
import { emptyPicture } from '../../picture/picture';
import { IDENTITIES } from '../../symbols/sidc';
import { alarmed } from '../alarmed';
import { detailAt, LABEL_RANKS, labelRank, SYMBOLS_FROM_ZOOM } from './declutter';
import { EntityStore, LIVE, LOST, STALE } from './store';

describe('how much is drawn', () => {
  it('is marks from far above and symbols near the ground, which grow to their full size', () => {
    expect(detailAt(SYMBOLS_FROM_ZOOM - 0.1, 60).symbols).toBe(false);
    expect(detailAt(SYMBOLS_FROM_ZOOM, 60).symbols).toBe(true);
    const scales = [10, 11, 12, 15].map((zoom) => detailAt(zoom, 60).scale);
    expect(scales).toEqual([...scales].sort((a, b) => a - b));
    expect(scales.at(-1)).toBe(1);
  });

  it('is marks without names wherever symbols would be a carpet', () => {
    expect(detailAt(14, 3000)).toMatchObject({ symbols: false, scale: 1, labels: 'none' });
    expect(detailAt(14, 30_000).scale).toBeLessThan(1);
  });

  it('names only who needs an officer where names would hide the line', () => {
    expect([detailAt(6, 60).labels, detailAt(9, 60).labels]).toEqual(['urgent', 'all']);
  });

  it('names the selected one first, then breaches, parties, the mission, and what is old last', () => {
    const ranks = [
      labelRank(true, false, false, LOST),
      labelRank(false, true, false, LIVE),
      labelRank(false, false, true, LIVE),
      labelRank(false, false, false, LIVE),
      labelRank(false, false, true, STALE),
      labelRank(false, false, true, LOST),
    ];

    expect(ranks).toEqual([0, 1, 2, 3, 4, 5]);
    expect(LABEL_RANKS).toBe(6);
  });
});

describe('who stays whole', () => {
  it('are those in violations that are open and stand', () => {
    const picture = emptyPicture();
    const violations = [
      violation('a', { track: 'open' }),
      violation('b', { track: 'suspected', status: 'suspected' }),
      violation('c', { track: 'in hand', ...judged('acknowledged') }),
      violation('d', { track: 'withdrawn', status: 'withdrawn' }),
    ];
    apply(picture, snapshot({ violations }));

    expect([...alarmed(picture)]).toEqual(['open', 'suspected']);
  });
});

describe('what a mark is drawn by', () => {
  it('is frame, dimension, and the party’s place in the mission’s list', () => {
    const store = new EntityStore(() => true);
    store.setParties(['north', 'south']);
    store.replace([
      track('own', { party: 'mission', affiliation: 'friend' }),
      track('drone', { party: 'south', affiliation: 'neutral', platform: 'uav' }),
      track('stranger', { party: 'elsewhere', affiliation: 'suspect' }),
    ]);

    const drawn = [0, 1, 2].map((row) => [
      IDENTITIES[store.identity[row] ?? 0],
      store.airborne[row],
      store.party[row],
    ]);
    expect(drawn).toEqual([
      ['friend', 0, -1],
      ['neutral', 1, 1],
      ['hostile', 0, -1],
    ]);
  });

  it('follows a change of the mission, and of rows', () => {
    const store = new EntityStore(() => true);
    store.replace([track('a', { party: 'x' }), track('b', { party: 'north' })]);

    store.setParties(['north']);
    store.change([], ['a']);

    expect([store.size, store.party[0]]).toEqual([1, 0]);
  });
});
