/** The box that holds a mission: its lines, or failing those its features, or its tracks. Degrees, possibly across the antimeridian. */

import type { Geometry, Position } from 'geojson';
import { featuresInForce, type Picture } from '../picture/picture';

/** What the mission watches: where it has these, the rest may lie off the screen at first. */
const LINES = new Set(['ceasefire_line', 'buffer_zone']);

export type Bounds = [west: number, south: number, east: number, north: number];

export function boundsOf(picture: Picture): Bounds | null {
  const features = featuresInForce(picture);
  const lines = features.filter(({ properties }) => LINES.has(properties.kind));
  const places = (lines.length > 0 ? lines : features).flatMap(({ geometry }) => positionsOf(geometry));
  if (places.length === 0) for (const { lon, lat } of picture.tracks.values()) places.push([lon, lat]);
  if (places.length === 0) return null;
  const lats = places.map(([, lat = 0]) => lat);
  const [west, east] = narrowest(places.map(([lon = 0]) => lon));
  return [west, minimum(lats), east, -minimum(lats.map((lat) => -lat))];
}

/** The narrowest span of longitudes that holds them all: the circle cut at its widest gap. */
function narrowest(lons: number[]): [number, number] {
  const sorted = [...new Set(lons)].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? first;
  let [west, east, widest] = [first, last, first + 360 - last];
  for (const [i, lon] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next !== undefined && next - lon > widest) [west, east, widest] = [next, lon + 360, next - lon];
  }
  return [west, east];
}

function minimum(values: number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function positionsOf(geometry: Geometry): Position[] {
  switch (geometry.type) {
    case 'Point':
      return [geometry.coordinates];
    case 'MultiPoint':
    case 'LineString':
      return geometry.coordinates;
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates.flat();
    case 'MultiPolygon':
      return geometry.coordinates.flat(2);
    case 'GeometryCollection':
      return geometry.geometries.flatMap(positionsOf);
  }
}
