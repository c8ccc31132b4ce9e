/** The layers of the map that MapLibre draws, in draw order; moving entities come between these two groups. */

import { incidents } from './incidents';
import { footprints } from './footprints';
import { interference } from './interference';
import type { MapLayer } from './layer';
import { lines } from './lines';
import { places } from './places';
import { versions } from './versions';
import { violations } from './violations';
import { zones } from './zones';

export const BELOW_ENTITIES: readonly MapLayer[] = [zones, interference, versions, lines, places, footprints];
export const ABOVE_ENTITIES: readonly MapLayer[] = [incidents, violations];
export const LAYERS: readonly MapLayer[] = [...BELOW_ENTITIES, ...ABOVE_ENTITIES];
