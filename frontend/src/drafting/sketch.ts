/** The shape of a feature under the officer's hand: corners added, moved and taken away. Pure; degrees lon, lat. */

import type { Geometry, Position } from 'geojson';
import type { Place } from '../map/place';

export type Form = 'line' | 'area' | 'point';

export interface Sketch {
  readonly form: Form;
  /** Lines, or rings without their last corner, which is the first again. Longitudes go on past ±180°. */
  readonly parts: readonly (readonly Place[])[];
  /** How many of the rings belong to each polygon: its outline, then its holes. */
  readonly polygons: readonly number[];
}

/** A corner by its part and its place there; one past the last is where the next would be. */
export interface Corner {
  part: number;
  at: number;
}

const FEWEST: Readonly<Record<Form, number>> = { line: 2, area: 3, point: 1 };

export function emptySketch(form: Form): Sketch {
  return { form, parts: [[]], polygons: [1] };
}

/** The sketch of a geometry of a mission file; null for what none has. */
export function sketchOf(geometry: Geometry): Sketch | null {
  switch (geometry.type) {
    case 'Point':
      return { form: 'point', parts: [unwrapped([geometry.coordinates])], polygons: [1] };
    case 'LineString':
      return { form: 'line', parts: [unwrapped(geometry.coordinates)], polygons: [1] };
    case 'MultiLineString':
      return { form: 'line', parts: geometry.coordinates.map(unwrapped), polygons: [1] };
    case 'Polygon':
      return areaOf([geometry.coordinates]);
    case 'MultiPolygon':
      return areaOf(geometry.coordinates);
    default:
      return null;
  }
}

function areaOf(polygons: Position[][][]): Sketch {
  const parts = polygons.flat().map((ring) => unwrapped(ring.slice(0, -1)));
  return { form: 'area', parts, polygons: polygons.map((rings) => rings.length) };
}

/** Longitudes counted on across the antimeridian. */
function unwrapped(positions: Position[]): Place[] {
  const found: Place[] = [];
  for (const [lon = 0, lat = 0] of positions) {
    const before = found.at(-1)?.lon ?? lon;
    found.push({ lon: lon - Math.round((lon - before) / 360) * 360, lat });
  }
  return found;
}

/** The geometry as a mission file has it: to 1e-7°, rings closed, longitudes within ±180°. */
export function geometryOf({ form, parts, polygons }: Sketch): Geometry {
  const all = parts.map((part) => part.map(positionOf));
  if (form === 'point') return { type: 'Point', coordinates: all[0]?.[0] ?? [0, 0] };
  if (form === 'line') {
    const [only] = all;
    return all.length === 1 && only
      ? { type: 'LineString', coordinates: only }
      : { type: 'MultiLineString', coordinates: all };
  }
  const rings = all.map((ring) => [...ring, ...ring.slice(0, 1)]);
  let begin = 0;
  const grouped = polygons.map((count) => rings.slice(begin, (begin += count)));
  const [only] = grouped;
  return grouped.length === 1 && only
    ? { type: 'Polygon', coordinates: only }
    : { type: 'MultiPolygon', coordinates: grouped };
}

function positionOf({ lon, lat }: Place): Position {
  const turned = lon - Math.round(lon / 360) * 360;
  return [turned, lat].map((degrees) => Math.round(degrees * 1e7) / 1e7);
}

/** Whether every part has corners enough to be what it is. */
export function isWhole({ form, parts }: Sketch): boolean {
  return parts.every((part) => part.length >= FEWEST[form]);
}

export function cornersOf({ parts }: Sketch): (Corner & Place)[] {
  return parts.flatMap((places, part) => places.map((place, at) => ({ part, at, ...place })));
}

/** The middles of the edges, each as the corner that would be put in there. */
export function middlesOf({ form, parts }: Sketch): (Corner & Place)[] {
  if (form === 'point') return [];
  return parts.flatMap((places, part) =>
    places.flatMap((from, i) => {
      const to = places[i + 1] ?? (form === 'area' && places.length > 2 ? places[0] : undefined);
      return to ? [{ part, at: i + 1, lon: (from.lon + to.lon) / 2, lat: (from.lat + to.lat) / 2 }] : [];
    }),
  );
}

/** Put a corner in before the one that is there; a point has one place only. A corner upon its neighbour is none. */
export function inserted(sketch: Sketch, { part, at }: Corner, place: Place): Sketch {
  if (sketch.form === 'point') return { ...sketch, parts: [[place]] };
  const places = sketch.parts[part] ?? [];
  const before = places[at - 1];
  if (before?.lon === place.lon && before.lat === place.lat) return sketch;
  return replaced(sketch, part, [...places.slice(0, at), place, ...places.slice(at)]);
}

export function moved(sketch: Sketch, { part, at }: Corner, place: Place): Sketch {
  return replaced(sketch, part, sketch.parts[part]?.map((each, i) => (i === at ? place : each)) ?? []);
}

export function without(sketch: Sketch, { part, at }: Corner): Sketch {
  return replaced(sketch, part, sketch.parts[part]?.filter((_each, i) => i !== at) ?? []);
}

/** Whether a corner can be spared: what is left is still whole. */
export function canSpare({ form, parts }: Sketch, { part }: Corner): boolean {
  return (parts[part]?.length ?? 0) > FEWEST[form];
}

function replaced(sketch: Sketch, part: number, places: readonly Place[]): Sketch {
  return { ...sketch, parts: sketch.parts.map((each, i) => (i === part ? places : each)) };
}
