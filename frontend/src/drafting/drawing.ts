/** A sketch as it is drawn on the map: area, edges, corners, the sides' names. Pure: a sketch in, features out. */

import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import { circle } from '../map/geometry';
import type { Place } from '../map/place';
import { between, reachedFrom } from '../tools/geodesic';
import { type Corner, cornersOf, middlesOf, type Sketch } from './sketch';

export interface Drawn {
  sketch: Sketch;
  chosen: Corner | null;
  /** Where the next corner would be; null where none would. */
  cursor: Place | null;
  /** Of a point. */
  radiusM: number | null;
  /** What the sides of a line are called. */
  sides: { left: string; right: string } | null;
  /** Middles can be taken hold of. */
  shapes: boolean;
  metresAPixel: number;
  /** What a rule on trial found. */
  found: readonly Place[];
}

const SIDE_PX = 20;

export function sketchDrawing({
  sketch,
  chosen,
  cursor,
  radiusM,
  sides,
  shapes,
  metresAPixel,
  found,
}: Drawn): FeatureCollection {
  const [centre] = sketch.parts[0] ?? [];
  const grown = sketch.parts.map((part, i) =>
    cursor && i === sketch.parts.length - 1 ? [...part, cursor] : part,
  );
  const features: Feature[] = [];
  if (sketch.form === 'point' && centre && radiusM !== null)
    features.push(feature('area', circle(centre.lon, centre.lat, radiusM)));
  if (sketch.form === 'area')
    features.push(feature('area', { type: 'MultiPolygon', coordinates: polygonsOf(sketch, grown) }));
  if (sketch.form !== 'point')
    for (const part of grown) {
      const closed = sketch.form === 'area' && part.length > 2 ? part.slice(0, 1) : [];
      features.push(feature('way', { type: 'LineString', coordinates: [...part, ...closed].map(position) }));
    }
  if (sides) features.push(...sideNames(grown, sides, SIDE_PX * metresAPixel));
  if (shapes) features.push(...middlesOf(sketch).map((each) => point('middle', each)));
  features.push(...cornersOf(sketch).map((each) => point(isSame(each, chosen) ? 'chosen' : 'point', each)));
  if (cursor) features.push(point('cursor', cursor));
  features.push(...found.map((each) => point('found', each)));
  return { type: 'FeatureCollection', features };
}

export function isSame(one: Corner, other: Corner | null): boolean {
  return one.part === other?.part && one.at === other.at;
}

function polygonsOf({ polygons }: Sketch, rings: readonly (readonly Place[])[]): Position[][][] {
  const closed = rings.map((ring) => [...ring, ...ring.slice(0, 1)].map(position));
  let begin = 0;
  return polygons.map((count) => closed.slice(begin, (begin += count)));
}

/** Beside the middle edge of the longest part: left and right are seen along the way it is drawn. */
function sideNames(
  parts: readonly (readonly Place[])[],
  { left, right }: { left: string; right: string },
  awayM: number,
): Feature[] {
  const longest = parts.reduce<readonly Place[]>(
    (best, part) => (part.length > best.length ? part : best),
    [],
  );
  const i = Math.max(0, Math.floor(longest.length / 2) - 1);
  const [from, to] = longest.slice(i, i + 2);
  const edge = from && to && between(from, to);
  if (!edge || edge.distanceM === 0) return [];
  const middle = reachedFrom(from, edge.bearingDeg, edge.distanceM / 2);
  return [
    point('side', reachedFrom(middle, edge.bearingDeg - 90, awayM), left),
    point('side', reachedFrom(middle, edge.bearingDeg + 90, awayM), right),
  ];
}

function position({ lon, lat }: Place): Position {
  return [lon, lat];
}

function point(role: string, place: Place, name = ''): Feature {
  return feature(role, { type: 'Point', coordinates: position(place) }, name);
}

function feature(role: string, geometry: Geometry, name = ''): Feature {
  return { type: 'Feature', properties: { role, name }, geometry };
}
