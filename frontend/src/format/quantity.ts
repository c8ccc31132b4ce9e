/** Quantities in the measures that the officer chose, rounded to what he can use. A missing value is an en dash. */

import { say } from '../words/words.svelte';
import { measures } from './measures.svelte';

export const NONE = '–';

export const M_A_FOOT = 0.3048;
export const M_A_MILE = 1609.344;
export const M_A_NAUTICAL_MILE = 1852;
const S_AN_HOUR = 3600;
const BY_AIR_OR_SEA = new Set(['aircraft', 'helicopter', 'uav', 'vessel']);

/** `38 kn` by air and sea and in nautical measures, else `24 km/h` or `15 mph`. */
export function speed(speedMS: number | null, platform: string | null): string {
  if (speedMS === null) return NONE;
  if (measures() === 'nautical' || (platform !== null && BY_AIR_OR_SEA.has(platform)))
    return say('measure.knots', { n: Math.round((speedMS * S_AN_HOUR) / M_A_NAUTICAL_MILE) });
  return measures() === 'feet'
    ? say('measure.milesPerHour', { n: Math.round((speedMS * S_AN_HOUR) / M_A_MILE) })
    : say('measure.kilometresPerHour', { n: Math.round(speedMS * 3.6) });
}

/** `205°` */
export function course(courseDeg: number | null): string {
  return courseDeg === null ? NONE : `${String(Math.round(courseDeg) % 360).padStart(3, '0')}°`;
}

/** `125 m (410 ft)`, or `410 ft` alone */
export function altitude(altitudeM: number | null): string {
  if (altitudeM === null) return NONE;
  const feet = say('measure.feet', { n: Math.round(altitudeM / M_A_FOOT) });
  return measures() === 'metric' ? `${say('measure.metres', { n: Math.round(altitudeM) })} (${feet})` : feet;
}

/** `112 m`, `4.2 km`, `38 km`; `367 ft`, `2.6 mi`; in nautical measures metres up to a mile, then `2.3 nm`. */
export function distance(distanceM: number | null): string {
  if (distanceM === null) return NONE;
  switch (measures()) {
    case 'metric':
      if (distanceM < 1000) return say('measure.metres', { n: Math.round(distanceM) });
      return say('measure.kilometres', { n: rounded(distanceM / 1000) });
    case 'feet':
      if (distanceM < M_A_MILE) return say('measure.feet', { n: Math.round(distanceM / M_A_FOOT) });
      return say('measure.miles', { n: rounded(distanceM / M_A_MILE) });
    case 'nautical':
      if (distanceM < M_A_NAUTICAL_MILE) return say('measure.metres', { n: Math.round(distanceM) });
      return nauticalMiles(distanceM);
  }
}

/** `2.3 nm`, whatever is chosen: charts and ships have nothing else. */
export function nauticalMiles(distanceM: number): string {
  return say('measure.nauticalMiles', { n: rounded(distanceM / M_A_NAUTICAL_MILE) });
}

function rounded(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}
