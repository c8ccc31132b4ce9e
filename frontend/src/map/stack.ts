/** All that MapLibre draws, in draw order: what is below the moving entities and what is above. */

import type { LayerSpecification } from 'maplibre-gl';
import { ABOVE_ENTITIES, BELOW_ENTITIES } from './layers';
import { evidenceStyles, gridStyles, toolStyles } from './overlays';
import type { Palette } from './palette';
import { selectionStyles } from './selection';
import { coarseStyles, fineStyles } from './style';

type Styles = (palette: Palette) => LayerSpecification[];

/** In draw order; moving entities come between these two. */
export const BELOW: readonly Styles[] = [
  gridStyles,
  ...BELOW_ENTITIES.map(({ styles }) => styles),
  evidenceStyles,
  selectionStyles,
];
export const ABOVE: readonly Styles[] = [...ABOVE_ENTITIES.map(({ styles }) => styles), toolStyles];
export const STYLES: readonly Styles[] = [coarseStyles, fineStyles, ...BELOW, ...ABOVE];
