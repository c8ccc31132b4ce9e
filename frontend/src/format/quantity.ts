/** Measures with their units, rounded to what an officer can use. A missing value is an en dash. */

import { say } from '../words/words.svelte';

export const NONE = '–';

const KNOTS_PER_M_S = 3600 / 1852;
const FEET_PER_M = 1 / 0.3048;
const BY_AIR_OR_SEA = new Set(['aircraft', 'helicopter', 'uav', 'vessel']);

/** `38 kn` by air and sea, else `24 km/h`. */
export function speed(speedMS: number | null, platform: string | null): string {
  if (speedMS === null) return NONE;
  return platform !== null && BY_AIR_OR_SEA.has(platform)
    ? say('measure.knots', { n: Math.round(speedMS * KNOTS_PER_M_S) })
    : say('measure.kilometresPerHour', { n: Math.round(speedMS * 3.6) });
}

/** `205°` */
export function course(courseDeg: number | null): string {
  return courseDeg === null ? NONE : `${String(Math.round(courseDeg) % 360).padStart(3, '0')}°`;
}

/** `125 m (410 ft)` */
export function altitude(altitudeM: number | null): string {
  if (altitudeM === null) return NONE;
  const metres = say('measure.metres', { n: Math.round(altitudeM) });
  return `${metres} (${say('measure.feet', { n: Math.round(altitudeM * FEET_PER_M) })})`;
}

/** `112 m`, `4.2 km`, `38 km` */
export function distance(distanceM: number | null): string {
  if (distanceM === null) return NONE;
  if (distanceM < 1000) return say('measure.metres', { n: Math.round(distanceM) });
  const km = distanceM / 1000;
  return say('measure.kilometres', { n: km < 10 ? Math.round(km * 10) / 10 : Math.round(km) });
}
