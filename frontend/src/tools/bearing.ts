/** Bearings as an officer says them. */

/** `058.3°`, three digits before the point, and never 360. */
export function degreesTrue(bearingDeg: number): string {
  const tenths = Math.round(bearingDeg * 10) % 3600;
  return `${(tenths / 10).toFixed(1).padStart(5, '0')}°`;
}

/** NATO mils, 6400 to the circle: `1038 mil`. */
export function mils(bearingDeg: number): string {
  return `${String(Math.round((bearingDeg / 360) * 6400) % 6400).padStart(4, '0')} mil`;
}
