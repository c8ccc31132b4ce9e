/** What is drawn about what the officer selected, as features. */

import type { FeatureCollection } from 'geojson';
import type { Track } from '../picture/nouns';
import { circle } from './geometry';
import { collection } from './layers/layer';
import type { Place } from './place';

/** Where the track truly is, in 68 of 100 cases. */
export function accuracyOf(track: Track | null): FeatureCollection {
  const accuracyM = track?.accuracy_m ?? 0;
  if (!track || accuracyM <= 0) return collection([]);
  return collection([{ type: 'Feature', properties: {}, geometry: circle(track.lon, track.lat, accuracyM) }]);
}

export function lineOf(coordinates: [number, number][]): FeatureCollection {
  const geometry = { type: 'LineString' as const, coordinates };
  return collection(coordinates.length > 1 ? [{ type: 'Feature', properties: {}, geometry }] : []);
}

export function pointsOf(places: readonly Place[]): FeatureCollection {
  return collection(
    places.map(({ lon, lat }) => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Point', coordinates: [lon, lat] },
    })),
  );
}
