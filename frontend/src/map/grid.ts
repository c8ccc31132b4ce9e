/** The grid over the map: degrees, military squares, or none. */

import type { FeatureCollection } from 'geojson';
import type { LngLatBounds } from 'maplibre-gl';
import { graticule, type View } from './graticule';
import { collection } from './layers/layer';
import { mgrsGrid } from './mgrs-grid';

export type Grid = 'degrees' | 'mgrs' | 'off';

export function gridLines(grid: Grid, view: View): FeatureCollection {
  if (grid === 'degrees') return graticule(view);
  return grid === 'mgrs' ? mgrsGrid(view) : collection([]);
}

export function viewOf(bounds: LngLatBounds): View {
  return {
    west: bounds.getWest(),
    south: bounds.getSouth(),
    east: bounds.getEast(),
    north: bounds.getNorth(),
  };
}
