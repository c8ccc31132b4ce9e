/** A place on the ground, what it is on the map, and what may take the clicks on it. */

import type { LngLat } from 'maplibre-gl';

export interface Place {
  /** Degrees, WGS84. */
  lon: number;
  lat: number;
}

export function placeOf({ lng, lat }: LngLat): Place {
  return { lon: lng, lat };
}

const EARTH_ROUND_M = 40_075_016.686;
/** MapLibre's world at zoom 0. */
const WORLD_PX = 512;

/** How many pixels a metre at this latitude covers at zoom 0; every zoom doubles them. */
export function pixelsAMetre(lat: number): number {
  return WORLD_PX / (EARTH_ROUND_M * Math.cos((lat * Math.PI) / 180));
}

/** What takes the clicks on the map for itself. `reachM` is how near a click must come to mean what is there. */
export interface MapTool {
  placed(at: Place, reachM: number): void;
  /** The pointer is here; while something is held, it goes along. */
  moved(at: Place): void;
  finished(): void;
  /** Whether there is something of the tool's to take hold of: then it is moved, and not the map. */
  grabbed?(at: Place, reachM: number): boolean;
  dropped?(): void;
}
