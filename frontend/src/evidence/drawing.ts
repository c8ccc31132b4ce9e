/** Why a violation stands, as it is drawn: the server's explanation with words on it. Knows no map and no request. */

import type { Feature, FeatureCollection, Position } from 'geojson';
import { zulu, instantOf } from '../format/instant';
import { distance } from '../format/quantity';

/** What `GET /violations/{id}/explain` answers; each feature says by `role` what it is. */
export interface Explanation extends FeatureCollection {
  violation: string;
  reason: string;
  version: string | null;
}

/** What the eye must have in view; an edge or its margin may run on beyond it. */
const SEEN = new Set(['fix', 'accuracy', 'leg', 'crossing', 'area', 'incident', 'observer', 'origin']);

/** The explanation with a `name` on what is named on the map: when a fix was, how wide the margin is. */
export function drawingOf(explanation: Explanation): FeatureCollection {
  const features = explanation.features.map((feature) => ({
    ...feature,
    properties: { ...feature.properties, name: nameOf(feature) },
  }));
  return { type: 'FeatureCollection', features };
}

function nameOf({ properties }: Feature): string {
  const role: unknown = properties?.['role'];
  const [at, far]: unknown[] = [properties?.['observed_at'], properties?.['distance_m']];
  const ms = typeof at === 'string' ? instantOf(at) : null;
  if (role === 'fix' || role === 'crossing') return ms === null ? '' : zulu(ms);
  return role === 'margin' && typeof far === 'number' ? distance(far) : '';
}

/** West, south, east and north of what must be seen; null where there is nothing. Longitudes may go on past ±180°. */
export function extentOf({ features }: FeatureCollection): [number, number, number, number] | null {
  const places: Position[] = [];
  const gather = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    if (typeof coordinates[0] === 'number') places.push(coordinates as Position);
    else coordinates.forEach(gather);
  };
  for (const { properties, geometry } of features)
    if (SEEN.has(String(properties?.['role'])) && 'coordinates' in geometry) gather(geometry.coordinates);
  if (places.length === 0) return null;
  const lons = places.map(([lon = 0]) => lon);
  const lats = places.map(([, lat = 0]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
