/** What measuring and ranging put on the map, as features. Pure: places in, drawing out. */

import type { Feature, FeatureCollection, Position } from 'geojson';
import { measures, type Measures } from '../format/measures.svelte';
import { M_A_FOOT, M_A_MILE, M_A_NAUTICAL_MILE } from '../format/quantity';
import type { Place } from '../map/place';
import { between, type Bearing, reachedFrom } from './geodesic';

/** A straight line on the ground bends on the map: one corner for so many metres. */
const CORNER_M = 25_000;
const MOST_CORNERS = 64;

export interface Leg extends Bearing {
  from: Place;
  to: Place;
}

/** The legs of a way; one between opposite ends of the world is left out, for it has no direction. */
export function legsOf(way: readonly Place[]): Leg[] {
  return way.slice(1).flatMap((to, i) => {
    const from = way[i] ?? to;
    const bearing = between(from, to);
    return bearing ? [{ from, to, ...bearing }] : [];
  });
}

export function totalM(legs: readonly Leg[]): number {
  return legs.reduce((sum, { distanceM }) => sum + distanceM, 0);
}

/** `says` writes beside each leg. The cursor is where the next point would be. */
export function wayDrawing(
  way: readonly Place[],
  cursor: Place | null,
  says: (leg: Leg) => string,
): FeatureCollection {
  const legs = legsOf(cursor ? [...way, cursor] : way);
  return {
    type: 'FeatureCollection',
    features: [
      ...legs.map((leg) => line('way', geodesic(leg))),
      ...legs.map((leg) => point('name', middle(leg), says(leg))),
      ...way.map((place) => point('point', place)),
      ...(cursor ? [point('cursor', cursor)] : []),
    ],
  };
}

export const RING_COUNT = 4;

/** Rings around a place, each named on its northern edge. */
export function ringsDrawing(
  centre: Place,
  everyM: number,
  says: (distanceM: number) => string,
): FeatureCollection {
  const features = Array.from({ length: RING_COUNT }, (_, i) => {
    const distanceM = (i + 1) * everyM;
    const ring = Array.from({ length: 97 }, (_point, k) => reachedFrom(centre, (k % 96) * 3.75, distanceM));
    return [
      line('ring', ring.map(unwrappedFrom(centre))),
      point('name', reachedFrom(centre, 0, distanceM), says(distanceM)),
    ];
  });
  return { type: 'FeatureCollection', features: [...features.flat(), point('point', centre)] };
}

const MILES = [1, 2, 5, 10, 20, 50, 100];
/** In each measures, what is a round number there, from the closest on; metres. */
const STEPS_M: Readonly<Record<Measures, readonly number[]>> = {
  metric: [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000],
  feet: [...[200, 500, 1000, 2000].map((feet) => feet * M_A_FOOT), ...MILES.map((miles) => miles * M_A_MILE)],
  nautical: [50, 100, 200, 500, ...MILES.map((miles) => miles * M_A_NAUTICAL_MILE)],
};

/** The spacing of rings that fills a view of which a pixel covers so many metres. */
export function suitedStepM(metresAPixel: number): number {
  return stepOf(metresAPixel * 75, 0);
}

/** The next wider (1) or closer (−1) spacing, or the round one (0); the widest and the closest stay. */
export function nextStepM(stepM: number, by: 1 | 0 | -1): number {
  return stepOf(stepM, by);
}

function stepOf(nearM: number, by: number): number {
  const steps = STEPS_M[measures()];
  const at = steps.findLastIndex((step) => step <= nearM);
  return steps[Math.min(steps.length - 1, Math.max(0, at + by))] ?? nearM;
}

function geodesic({ from, to, distanceM, bearingDeg }: Leg): Position[] {
  const corners = Math.min(MOST_CORNERS, Math.ceil(distanceM / CORNER_M));
  const between = Array.from({ length: Math.max(0, corners - 1) }, (_, i) =>
    reachedFrom(from, bearingDeg, (distanceM * (i + 1)) / corners),
  );
  return [from, ...between, to].map(unwrappedFrom(from));
}

function middle({ from, distanceM, bearingDeg }: Leg): Place {
  return reachedFrom(from, bearingDeg, distanceM / 2);
}

/** Longitudes counted on across the antimeridian, so that no line runs round the world. */
function unwrappedFrom(start: Place): (place: Place) => Position {
  return ({ lon, lat }) => [lon - Math.round((lon - start.lon) / 360) * 360, lat];
}

function line(role: string, coordinates: Position[]): Feature {
  return { type: 'Feature', properties: { role }, geometry: { type: 'LineString', coordinates } };
}

function point(role: string, { lon, lat }: Place, name = ''): Feature {
  return {
    type: 'Feature',
    properties: { role, name },
    geometry: { type: 'Point', coordinates: [lon, lat] },
  };
}
