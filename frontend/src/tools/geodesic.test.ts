import { describe, expect, it } from 'vitest';
import { between, reachedFrom } from './geodesic';

/** By PROJ's geodesics (Karney's algorithm): from, to, metres, degrees. */
const KNOWN: [number, number, number, number, number, number][] = [
  [33.3, 35.1, 33.31, 35.1, 911.7697, 89.997125],
  [33.3, 35.1, 33.3, 35.2, 11_094.3324, 0],
  [33, 35, 34, 35.5, 106_582.184, 58.3488294],
  [179.9, -10, -179.8, -10.3, 46_711.4102, 135.2917558],
  [0, 0, 90, 0, 10_018_754.1714, 90],
  [-70.5, -33.25, 12.5, 41.9, 11_868_587.4476, 50.6906621],
  [10, 89.9, -170, 89.8, 33_508.1928, 0],
  [5, 60, 5.00001, 60, 0.558, 89.9999957],
];

describe('distance and bearing', () => {
  it.each(KNOWN)(
    'from %f %f to %f %f are those of the ellipsoid',
    (lon, lat, toLon, toLat, metres, degrees) => {
      const found = between({ lon, lat }, { lon: toLon, lat: toLat });

      expect(found?.distanceM).toBeCloseTo(metres, 3);
      const off = Math.abs(((found?.bearingDeg ?? 0) - degrees + 540) % 360) - 180;
      expect(off).toBeCloseTo(0, 5);
    },
  );

  it('of a place to itself are nothing, and of the other end of the world unknown', () => {
    expect(between({ lon: 33, lat: 35 }, { lon: 33, lat: 35 })).toEqual({ distanceM: 0, bearingDeg: 0 });
    expect(between({ lon: 0, lat: 0 }, { lon: 179.9, lat: 0.1 })).toBeNull();
  });

  it.each(KNOWN)('lead from %f %f back to %f %f', (lon, lat, toLon, toLat, metres, degrees) => {
    const there = reachedFrom({ lon, lat }, degrees, metres);

    expect(between(there, { lon: toLon, lat: toLat })?.distanceM ?? NaN).toBeLessThan(0.2);
  });
});
