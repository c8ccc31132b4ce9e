/** Distances and bearings on the WGS84 ellipsoid, by Vincenty 1975: half a millimetre, but for places almost antipodal. */

import type { Place } from '../map/place';

const A_M = 6_378_137;
const F = 1 / 298.257223563;
const B_M = A_M * (1 - F);
const RAD = Math.PI / 180;
const CLOSE = 1e-12;
const MOST_ROUNDS = 200;

export interface Bearing {
  distanceM: number;
  /** True, from the first place towards the second, 0–360. */
  bearingDeg: number;
}

/** How far and in which direction; null where the places lie almost opposite each other on the globe. */
export function between(from: Place, to: Place): Bearing | null {
  const l = (to.lon - from.lon) * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(from.lat * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(to.lat * RAD));
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = l;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const [sin, cos] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cosU2 * sin, cosU1 * sinU2 - sinU1 * cosU2 * cos);
    if (sinSigma === 0) return { distanceM: 0, bearingDeg: 0 };
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cos;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * cosU2 * sin) / sinSigma;
    const cosSqAlpha = 1 - sinAlpha ** 2;
    const cos2M = cosSqAlpha > 0 ? cosSigma - (2 * sinU1 * sinU2) / cosSqAlpha : 0;
    const c = (F / 16) * cosSqAlpha * (4 + F * (4 - 3 * cosSqAlpha));
    const before = lambda;
    lambda =
      l + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2M + c * cosSigma * (2 * cos2M ** 2 - 1)));
    if (Math.abs(lambda - before) > CLOSE) continue;
    const bearing = Math.atan2(cosU2 * sin, cosU1 * sinU2 - sinU1 * cosU2 * cos) / RAD;
    const { a, b } = series(cosSqAlpha);
    return {
      distanceM: B_M * a * (sigma - shift(b, sinSigma, cosSigma, cos2M)),
      bearingDeg: (bearing + 360) % 360,
    };
  }
  return null;
}

/** The place `distanceM` away on a true bearing. */
export function reachedFrom({ lon, lat }: Place, bearingDeg: number, distanceM: number): Place {
  const alpha1 = bearingDeg * RAD;
  const tanU1 = (1 - F) * Math.tan(lat * RAD);
  const cosU1 = 1 / Math.hypot(1, tanU1);
  const sinU1 = tanU1 * cosU1;
  const sigma1 = Math.atan2(tanU1, Math.cos(alpha1));
  const sinAlpha = cosU1 * Math.sin(alpha1);
  const cosSqAlpha = 1 - sinAlpha ** 2;
  const { a, b } = series(cosSqAlpha);
  const whole = distanceM / (B_M * a);
  let sigma = whole;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = whole + shift(b, Math.sin(sigma), Math.cos(sigma), Math.cos(2 * sigma1 + sigma));
    const done = Math.abs(next - sigma) < CLOSE;
    sigma = next;
    if (done) break;
  }
  const [sin, cos, cos2M] = [Math.sin(sigma), Math.cos(sigma), Math.cos(2 * sigma1 + sigma)];
  const cosAlpha1 = Math.cos(alpha1);
  const x = sinU1 * sin - cosU1 * cos * cosAlpha1;
  const phi = Math.atan2(sinU1 * cos + cosU1 * sin * cosAlpha1, (1 - F) * Math.hypot(sinAlpha, x));
  const lambda = Math.atan2(sin * Math.sin(alpha1), cosU1 * cos - sinU1 * sin * cosAlpha1);
  const c = (F / 16) * cosSqAlpha * (4 + F * (4 - 3 * cosSqAlpha));
  const l = lambda - (1 - c) * F * sinAlpha * (sigma + c * sin * (cos2M + c * cos * (2 * cos2M ** 2 - 1)));
  return { lon: lon + l / RAD, lat: phi / RAD };
}

function series(cosSqAlpha: number): { a: number; b: number } {
  const uSq = (cosSqAlpha * (A_M ** 2 - B_M ** 2)) / B_M ** 2;
  return {
    a: 1 + (uSq / 16_384) * (4096 + uSq * (-768 + uSq * (320 - 175 * uSq))),
    b: (uSq / 1024) * (256 + uSq * (-128 + uSq * (74 - 47 * uSq))),
  };
}

function shift(b: number, sin: number, cos: number, cos2M: number): number {
  const inner = cos * (2 * cos2M ** 2 - 1) - (b / 6) * cos2M * (4 * sin ** 2 - 3) * (4 * cos2M ** 2 - 3);
  return b * sin * (cos2M + (b / 4) * inner);
}
