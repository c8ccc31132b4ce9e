import type { FeatureCollection } from 'geojson';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violation } from '../testing/builders';
import { drawingOf, type Explanation, extentOf } from './drawing';
import { Evidence } from './evidence.svelte';

const point = (lon: number, lat: number) => ({ type: 'Point' as const, coordinates: [lon, lat] });
const part = (role: string, geometry: FeatureCollection['features'][number]['geometry'], named = {}) => ({
  type: 'Feature' as const,
  properties: { role, ...named },
  geometry,
});

function explained(id: string): Explanation {
  return {
    type: 'FeatureCollection',
    violation: id,
    reason: 'N-1 reported by GBR, 112 m beyond the line.',
    version: null,
    features: [
      part('fix', point(33.1, 35.1), { observed_at: '2026-11-22T12:00:05Z' }),
      part('fix', point(33.2, 35.0), { observed_at: '2026-11-22T12:01:00Z' }),
      part('edge', { type: 'LineString', coordinates: [[30, 30], [40, 40]] }), // prettier-ignore
      part('margin', { type: 'Polygon', coordinates: [] }, { distance_m: 50 }),
    ],
  };
}

describe('the drawing of the evidence', () => {
  it('names the fixes by their times and the margin by its width', () => {
    const names = drawingOf(explained('v')).features.map(({ properties }) => properties?.['name'] as unknown);

    expect(names).toEqual(['12:00:05Z', '12:01:00Z', '', '50 m']);
  });

  it('has in view what happened, however far the line goes on', () => {
    expect(extentOf(explained('v'))).toEqual([33.1, 35, 33.2, 35.1]);
    expect(extentOf({ type: 'FeatureCollection', features: [] })).toBeNull();
  });
});

describe('the evidence of the selected violation', () => {
  class Ground {
    drawn: number[] = [];
    flown: number[][] = [];
    draw = (_what: string, { features }: FeatureCollection) => void this.drawn.push(features.length);
    flyOver = (extent: number[]) => void this.flown.push(extent);
  }
  const asked: ((response: Response) => void)[] = [];
  const ground = new Ground();
  const evidence = new Evidence(() => ground);

  afterEach(() => vi.unstubAllGlobals());

  it('is that of the last one selected, however late an earlier answer comes', async () => {
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => asked.push(resolve)));
    const shown = [evidence.show(violation('a'), true), evidence.show(violation('b'), true)];
    asked[1]?.(Response.json(explained('b')));
    asked[0]?.(Response.json(explained('a')));
    await Promise.all(shown);

    expect([evidence.of, ground.drawn, ground.flown.length]).toEqual(['b', [4], 1]);
  });

  it('goes to the place where it cannot be read', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ code: 'not_found' }, { status: 404 })));
    await evidence.show(violation('c', { lon: 1, lat: 2 }), true);

    expect([evidence.of, ground.drawn.at(-1), ground.flown.at(-1)]).toEqual([null, 0, [1, 2, 1, 2]]);
  });
});
