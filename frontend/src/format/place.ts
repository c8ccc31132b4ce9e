/** Positions as text: degrees, degrees-minutes-seconds and MGRS. Degrees are WGS84. */

import { forward } from 'mgrs';

/** `35.20400° N  33.34700° E` */
export function degrees(lon: number, lat: number): string {
  return `${Math.abs(lat).toFixed(5)}° ${lat < 0 ? 'S' : 'N'}  ${Math.abs(lon).toFixed(5)}° ${lon < 0 ? 'W' : 'E'}`;
}

/** `35°12′14.4″N 033°20′49.2″E`, to a tenth of a second: about three metres. */
export function degreesMinutesSeconds(lon: number, lat: number): string {
  return `${sexagesimal(lat, 2)}${lat < 0 ? 'S' : 'N'} ${sexagesimal(lon, 3)}${lon < 0 ? 'W' : 'E'}`;
}

function sexagesimal(angle: number, digits: number): string {
  // Rounded as a whole first, so that 59.96″ becomes the next minute and not 60.0″.
  const tenths = Math.round(Math.abs(angle) * 36_000);
  const deg = Math.floor(tenths / 36_000);
  const min = Math.floor(tenths / 600) % 60;
  const sec = (tenths % 600) / 10;
  return `${String(deg).padStart(digits, '0')}°${String(min).padStart(2, '0')}′${sec.toFixed(1).padStart(4, '0')}″`;
}

/** `36S WD 31582 95708`; null beyond the grid (north of 84° N, south of 80° S). */
export function gridReference(lon: number, lat: number): string | null {
  if (lat > 84 || lat < -80) return null;
  const parts = /^(\d+[A-Z])([A-Z]{2})(\d{5})(\d{5})$/.exec(forward([lon, lat], 5));
  return parts ? parts.slice(1).join(' ') : null;
}
