import { describe, expect, it } from 'vitest';
import { degrees, degreesMinutesSeconds, gridReference } from './place';
import { placeFrom } from './read';

/** Spread over the globe without chance, so that a failure is the same tomorrow. */
const PLACES = Array.from({ length: 500 }, (_, i) => ({
  lon: ((i * 137.508) % 358) - 179,
  lat: ((i * 61.803) % 158) - 79,
}));

function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const north = (a.lat - b.lat) * 111_320;
  const east = (a.lon - b.lon) * 111_320 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

describe('a place that is typed', () => {
  it.each([
    ['35.204 33.347', 33.347, 35.204],
    ['35.204, 33.347', 33.347, 35.204],
    ['-33.25 -70.5', -70.5, -33.25],
    ['33.25S 70.5W', -70.5, -33.25],
    ['E33.347 N35.204', 33.347, 35.204],
    ['35 12.24 33 20.82', 33.347, 35.204],
    ['35°12′14.4″N 033°20′49.2″E', 33.347, 35.204],
    ['35 12 14.4 N, 33 20 49.2 E', 33.347, 35.204],
    [`N 35° 12' 14.4" E 33° 20' 49.2"`, 33.347, 35.204],
  ])('%s is found', (text, lon, lat) => {
    const place = placeFrom(text);

    expect(place?.lon).toBeCloseTo(lon, 9);
    expect(place?.lat).toBeCloseTo(lat, 9);
  });

  it.each([
    ['all that we write of places ourselves', (lon: number, lat: number) => degrees(lon, lat), 1],
    ['degrees, minutes and seconds', (lon: number, lat: number) => degreesMinutesSeconds(lon, lat), 3],
    ['the grid', (lon: number, lat: number) => gridReference(lon, lat) ?? '', 2],
    [
      'the grid in small letters',
      (lon: number, lat: number) => (gridReference(lon, lat) ?? '').toLowerCase(),
      2,
    ],
  ])('is read back from %s', (_which, written, withinM) => {
    for (const place of PLACES) {
      const text = written(place.lon, place.lat);
      const back = placeFrom(text);
      expect(back && metresBetween(place, back), text).toBeLessThan(withinM);
    }
  });

  it.each([
    ...['', 'KITE 7', '12', '91 10', '10 181', '35.5 12 33 20', '35 60 33 20', 'N35 N33', '35N 33'],
    ...['36S WD 123', '36S IO 12345 12345', '1 2 3', '35 -12 33 20', 'N E'],
  ])('is none in %j', (text) => {
    expect(placeFrom(text)).toBeNull();
  });
});
