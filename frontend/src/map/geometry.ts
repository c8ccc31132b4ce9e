/** Small geometry for drawing: circles, label places, points along a line. Degrees lon, lat. Judges nothing. */

import type { Polygon, Position } from 'geojson';

const EARTH_M = 6_371_008.8;
const RAD = Math.PI / 180;

/** The point `distanceM` from a place on the bearing, on a sphere. */
export function reached(lon: number, lat: number, bearingDeg: number, distanceM: number): [number, number] {
  const arc = distanceM / EARTH_M;
  const phi = lat * RAD;
  const theta = bearingDeg * RAD;
  const sinPhi = Math.sin(phi) * Math.cos(arc) + Math.cos(phi) * Math.sin(arc) * Math.cos(theta);
  const dLon = Math.atan2(
    Math.sin(theta) * Math.sin(arc) * Math.cos(phi),
    Math.cos(arc) - Math.sin(phi) * sinPhi,
  );
  return [lon + dLon / RAD, Math.asin(sinPhi) / RAD];
}

/** A circle of `radiusM` around a place, as a polygon of 64 corners. */
export function circle(lon: number, lat: number, radiusM: number): Polygon {
  const ring: Position[] = [];
  for (let i = 0; i <= 64; i++) ring.push(reached(lon, lat, (i % 64) * 5.625, radiusM));
  return { type: 'Polygon', coordinates: [ring] };
}

/** Where a polygon's name goes: the centroid of its largest outer ring. */
export function labelPlace(polygons: Position[][][]): Position | null {
  let best: Position | null = null;
  let bestArea = 0;
  for (const [outer] of polygons) {
    if (!outer) continue;
    const { place, area } = centroid(outer);
    if (area > bestArea) [best, bestArea] = [place, area];
  }
  return best;
}

function centroid(ring: Position[]): { place: Position; area: number } {
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  let doubled = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 1; i < ring.length; i++) {
    const [ax, ay] = relative(ring[i - 1], x0, y0);
    const [bx, by] = relative(ring[i], x0, y0);
    const cross = ax * by - bx * ay;
    doubled += cross;
    sumX += (ax + bx) * cross;
    sumY += (ay + by) * cross;
  }
  if (doubled === 0) return { place: [x0, y0], area: 0 };
  return { place: [x0 + sumX / (3 * doubled), y0 + sumY / (3 * doubled)], area: Math.abs(doubled) / 2 };
}

function relative(at: Position | undefined, x0: number, y0: number): [number, number] {
  return [(at?.[0] ?? x0) - x0, (at?.[1] ?? y0) - y0];
}

export interface OnLine {
  lon: number;
  lat: number;
  /** General direction of the line there, degrees clockwise from north, as drawn on a Mercator map. */
  bearingDeg: number;
}

/** Text along a winding line follows its general direction: that of the chord this share to either side. */
const CHORD = 0.07;

/** The places at the given shares (0–1) of a line's drawn length. */
export function along(line: Position[], shares: number[]): OnLine[] {
  return shares.map((share) => {
    const [x, y] = pointAt(line, share);
    const [ax, ay] = pointAt(line, Math.max(0, share - CHORD));
    const [bx, by] = pointAt(line, Math.min(1, share + CHORD));
    return { lon: x, lat: latitudeOf(y), bearingDeg: Math.atan2(bx - ax, by - ay) / RAD };
  });
}

/** The length of a line as drawn on a Mercator map, in degrees of longitude. */
export function drawnLength(line: Position[]): number {
  return legs(line).reduce((sum, leg) => sum + leg.length, 0);
}

/** The point at a share of the drawn length: longitude, Mercator's y. */
function pointAt(line: Position[], share: number): [number, number] {
  let left = share * drawnLength(line);
  let at: [number, number] = [line[0]?.[0] ?? 0, mercatorY(line[0]?.[1] ?? 0)];
  for (const { ax, ay, bx, by, length } of legs(line)) {
    const t = length > 0 ? Math.min(1, left / length) : 0;
    at = [ax + (bx - ax) * t, ay + (by - ay) * t];
    if (left <= length) break;
    left -= length;
  }
  return at;
}

function legs(line: Position[]): { ax: number; ay: number; bx: number; by: number; length: number }[] {
  return line.slice(1).map(([lon = 0, lat = 0], i) => {
    const [fromLon = 0, fromLat = 0] = line[i] ?? [];
    const [ax, ay, bx, by] = [fromLon, mercatorY(fromLat), lon, mercatorY(lat)];
    return { ax, ay, bx, by, length: Math.hypot(bx - ax, by - ay) };
  });
}

function latitudeOf(y: number): number {
  return (2 * Math.atan(Math.exp(y * RAD)) - Math.PI / 2) / RAD;
}

/** Mercator's y in degrees of longitude. */
export function mercatorY(lat: number): number {
  return Math.log(Math.tan(Math.PI / 4 + (lat * RAD) / 2)) / RAD;
}
