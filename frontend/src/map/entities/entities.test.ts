import { describe, expect, it } from 'vitest';
import { track } from '../../testing/builders';
import { cull, newVisible, Occupancy, pick, project, type Screen } from './screen';
import { EntityStore, LIVE, LOST, worldX, worldY } from './store';

const anySidc = () => true;

/** A screen of 1000 × 500 pixels that shows the whole width of the world. */
function worldScreen(centreX = 0.5): Screen {
  const matrix = [2, 0, 0, 0, 0, -4, 0, 0, 0, 0, 1, 0, -2 * centreX, 2, 0, 1];
  return { matrix, width: 1000, height: 500, centreX };
}

function storeOf(...tracks: ReturnType<typeof track>[]): EntityStore {
  const store = new EntityStore(anySidc);
  store.replace(tracks);
  return store;
}

describe('the store of entities', () => {
  it('projects to Web Mercator', () => {
    expect([worldX(-180), worldX(0), worldX(180)]).toEqual([0, 0.5, 1]);
    expect(worldY(0)).toBeCloseTo(0.5, 12);
    expect(worldY(85.0511287798066)).toBeCloseTo(0, 9);
  });

  it('keeps each track in its row through changes and removals', () => {
    const store = storeOf(
      track('a', { lon: 1 }),
      track('b', { lon: 2 }),
      track('c', { lon: 3, status: 'lost' }),
    );

    store.change([track('b', { lon: 20, status: 'live' })], ['a']);

    expect(store.size).toBe(2);
    expect(store.rowOf('a')).toBeUndefined();
    const rowOf = (id: string) => store.rowOf(id) ?? -1;
    expect([store.x[rowOf('b')], store.status[rowOf('b')]]).toEqual([worldX(20), LIVE]);
    expect([store.x[rowOf('c')], store.status[rowOf('c')]]).toEqual([worldX(3), LOST]);
  });

  it('moves what only moved, as if it had been put in anew', () => {
    const before = track('a', { callsign: 'KITE', course_deg: 3, status: 'stale' });
    const place = { lon: 20, lat: 40, speed_m_s: 7 };
    const store = storeOf(before);

    const told = { observed_at: [''], received_at: [''] };
    store.move({ id: ['a', 'zzz'], lon: [20, 1], lat: [40, 1], speed_m_s: [7, 1], ...told });

    const anew = storeOf(track('a', { callsign: 'KITE', ...place }));
    for (const column of ['x', 'y', 'metre', 'courseDeg', 'speedMS', 'status', 'labels', 'sidcs'] as const)
      expect(store[column][0]).toEqual(anew[column][0]);
  });

  it('grows, and forgets all that a replacement does not hold', () => {
    const store = storeOf(...Array.from({ length: 3000 }, (_, i) => track(`t${i}`)));
    expect(store.size).toBe(3000);

    store.replace([track('only')]);

    expect([store.size, store.rowOf('t7')]).toEqual([1, undefined]);
  });

  it('ignores the removal of what it does not hold', () => {
    const store = storeOf(track('a'));

    store.change([], ['zzz']);

    expect(store.size).toBe(1);
  });
});

describe('the screen', () => {
  it('finds what is in view and leaves out the rest', () => {
    const store = storeOf(track('in', { lon: 0, lat: 0 }), track('out', { lon: 0, lat: 84 }));
    const visible = newVisible();

    cull(store, { ...worldScreen(), height: 400 }, -20, visible);

    expect([...visible.rows.subarray(0, visible.count)]).toEqual([store.rowOf('in')]);
    expect([...visible.at.subarray(0, 2)]).toEqual([500, 200]);
  });

  it('draws the copy of the world that is nearest, across the antimeridian', () => {
    const out = new Float32Array(2);

    project(worldScreen(1), worldX(-179), 0.5, out, 0);

    expect(out[0]).toBeCloseTo(500 + 1000 / 360, 2);
  });

  it('picks the nearest within reach', () => {
    const store = storeOf(track('near', { lon: 0, lat: 0 }), track('far', { lon: 3, lat: 0 }));
    const visible = newVisible();
    cull(store, worldScreen(), 50, visible);

    expect(pick(visible, 502, 250, 20)).toBe(store.rowOf('near'));
    expect(pick(visible, 700, 250, 20)).toBeNull();
  });

  it('takes no place for what lies beyond an edge', () => {
    const occupancy = new Occupancy();
    occupancy.reset(60, 60);

    for (const [x, y] of [
      [-90, 0],
      [0, -90],
      [90, 0],
      [0, 90],
    ] as const)
      occupancy.take(x, y, 20, 20);

    expect(occupancy.isFree(0, 0, 59, 59)).toBe(true);
  });

  it('gives a place to one label only', () => {
    const occupancy = new Occupancy();
    occupancy.reset(300, 200);

    occupancy.take(10, 10, 50, 12);

    expect(occupancy.isFree(40, 12, 50, 12)).toBe(false);
    expect(occupancy.isFree(100, 100, 50, 12)).toBe(true);
    occupancy.reset(300, 200);
    expect(occupancy.isFree(40, 12, 50, 12)).toBe(true);
  });
});
