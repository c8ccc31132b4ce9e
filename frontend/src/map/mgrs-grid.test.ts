import type { Position } from 'geojson';
import { forward } from 'mgrs';
import { describe, expect, it } from 'vitest';
import type { View } from './graticule';
import { mgrsGrid, spacingM } from './mgrs-grid';
import { fromUtm, toUtm } from './utm';

/** By PROJ: lon, lat, zone, south, easting, northing. */
const KNOWN: [number, number, number, boolean, number, number][] = [
  [33.3, 35.1, 36, false, 527_342.192, 3_884_173.936],
  [30.01, -35.1, 36, true, 227_447.664, 6_111_775.815],
  [3, 0.5, 31, false, 500_000, 55_265.037],
  [178.9, -77.2, 60, true, 546_982.359, 1_430_148.507],
  [10.2, 59.9, 32, false, 567_132.676, 6_640_882.748],
  [2.99, 45, 31, false, 499_211.847, 4_982_950.449],
  [38.9, 83.5, 37, false, 498_736.149, 9_272_276.967],
];

describe('UTM', () => {
  it.each(KNOWN)(
    'of %f %f in zone %i is right to the millimetre, and back',
    (lon, lat, zone, south, e, n) => {
      const found = toUtm(lon, lat, zone, south);

      expect(found.eastingM).toBeCloseTo(e, 3);
      expect(found.northingM).toBeCloseTo(n, 3);
      const [backLon, backLat] = fromUtm(found);
      expect(backLon).toBeCloseTo(lon, 9);
      expect(backLat).toBeCloseTo(lat, 9);
    },
  );
});

const NICOSIA: View = { west: 33.2, south: 35.1, east: 33.5, north: 35.3 };

function drawn(view: View, role: string): { name: string; coordinates: Position[] }[] {
  return mgrsGrid(view).features.flatMap(({ properties, geometry }) => {
    if (properties?.['role'] !== role) return [];
    const coordinates =
      geometry.type === 'Point'
        ? [geometry.coordinates]
        : geometry.type === 'LineString'
          ? geometry.coordinates
          : [];
    return [{ name: String(properties['name']), coordinates }];
  });
}

describe('the military grid', () => {
  it('has lines where the digits of the reference turn', () => {
    const lines = drawn(NICOSIA, 'line');
    expect(spacingM(NICOSIA)).toBe(1000);
    expect(lines.length).toBeGreaterThan(40);
    for (const { name, coordinates } of lines) {
      const [lon = 0, lat = 0] = coordinates[1] ?? coordinates[0] ?? [];
      const digits = /(\d{5})(\d{5})$/.exec(forward([lon, lat], 5));
      // On the line one of the two is the whole kilometre of its name, give or take a metre of rounding.
      const off = [digits?.[1], digits?.[2]].map((each) => {
        const away = Math.abs(Number(each) - Number(name) * 1000);
        return Math.min(away, 100_000 - away);
      });
      expect(Math.min(...off)).toBeLessThanOrEqual(1);
    }
  });

  it('names its squares and zones', () => {
    expect(drawn(NICOSIA, 'square-name').map(({ name }) => name)).toContain('WD');
    expect(drawn(NICOSIA, 'zone-name').map(({ name }) => name)).toEqual(['36S']);
  });

  it.each([
    ['at the edge of two zones', { west: 35.8, south: 35, east: 36.2, north: 35.3 }],
    ['across the equator', { west: 30, south: -0.2, east: 30.5, north: 0.2 }],
    ['across the antimeridian', { west: 179.8, south: -10.2, east: 180.3, north: -10 }],
    ['in Norway', { west: 2.8, south: 60, east: 3.3, north: 60.3 }],
    ['round the world', { west: -200, south: -89, east: 200, north: 89 }],
  ])('stays within the view and stays few %s', (_where, view: View) => {
    const { features } = mgrsGrid(view);
    expect(features.length).toBeGreaterThan(0);
    expect(features.length).toBeLessThan(4500);
    for (const role of ['line', 'square']) {
      for (const [lon = 0, lat = 0] of drawn(view, role).flatMap(({ coordinates }) => coordinates)) {
        expect(lon).toBeGreaterThanOrEqual(view.west - 1e-9);
        expect(lon).toBeLessThanOrEqual(view.east + 1e-9);
        expect(lat).toBeGreaterThanOrEqual(view.south - 1e-9);
        expect(lat).toBeLessThanOrEqual(view.north + 1e-9);
      }
    }
  });

  it('has zones alone in wide views', () => {
    const view = { west: 0, south: 0, east: 60, north: 40 };

    expect(drawn(view, 'line')).toEqual([]);
    expect(drawn(view, 'zone-name').length).toBe(50);
  });
});
