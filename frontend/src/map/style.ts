/** The offline basemap as a MapLibre style: land, coast and borders of Natural Earth, fonts of our own. */

import type {
  ExpressionSpecification,
  FontFacesSpecification,
  LayerSpecification,
  Map as MapLibreMap,
  StyleSpecification,
} from 'maplibre-gl';
import medium from '@fontsource/barlow-condensed/files/barlow-condensed-latin-500-normal.woff2?url';
import mediumExt from '@fontsource/barlow-condensed/files/barlow-condensed-latin-ext-500-normal.woff2?url';
import semibold from '@fontsource/barlow-condensed/files/barlow-condensed-latin-600-normal.woff2?url';
import semiboldExt from '@fontsource/barlow-condensed/files/barlow-condensed-latin-ext-600-normal.woff2?url';
import bordersUrl from './basemap/borders.json?url';
import landCoarseUrl from './basemap/land-coarse.json?url';
import landFineUrl from './basemap/land-fine.json?url';
import type { Palette } from './palette';

export const FONT = ['Barlow Condensed Medium'];
export const FONT_STRONG = ['Barlow Condensed Semibold'];

const LATIN_EXT = ['U+0100-02BA', 'U+1E00-1E9F', 'U+1EF2-1EFF', 'U+2113', 'U+2C60-2C7F', 'U+A720-A7FF'];

const FONT_FACES: FontFacesSpecification = {
  'Barlow Condensed Medium': [
    { url: absolute(mediumExt), 'unicode-range': LATIN_EXT },
    { url: absolute(medium) },
  ],
  'Barlow Condensed Semibold': [
    { url: absolute(semiboldExt), 'unicode-range': LATIN_EXT },
    { url: absolute(semibold) },
  ],
};

/** MapLibre's worker knows no page to resolve against. */
function absolute(path: string): string {
  return new URL(path, document.baseURI).href;
}

type Zooms = { minzoom?: number; maxzoom?: number };

function land(source: string, zooms: Zooms, palette: Palette): LayerSpecification[] {
  const width: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 4, 4, 10, 22];
  const glow = {
    'line-color': palette.coastGlow,
    'line-width': width,
    'line-blur': width,
    'line-opacity': 0.35,
  };
  const coast = { 'line-color': palette.coast, 'line-width': 1, 'line-opacity': 0.75 };
  return [
    { id: `${source}-glow`, type: 'line', source, ...zooms, paint: glow },
    { id: source, type: 'fill', source, ...zooms, paint: { 'fill-color': palette.land } },
    { id: `${source}-coast`, type: 'line', source, ...zooms, paint: coast },
  ];
}

/** From here the land at 1:10 million takes the coarse land's place. */
const FINE_FROM_ZOOM = 5;

export function coarseStyles(palette: Palette): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
    ...land('land-coarse', {}, palette),
  ];
}

/** Borders are contested: their own layer, drawn faintly, and none near the ground. */
export function fineStyles(palette: Palette): LayerSpecification[] {
  const borders: LayerSpecification = {
    id: 'borders',
    type: 'line',
    source: 'borders',
    maxzoom: 8,
    paint: {
      'line-color': palette.border,
      'line-width': 0.8,
      'line-dasharray': [4, 3],
      'line-opacity': 0.5,
    },
  };
  return [...land('land-fine', { minzoom: FINE_FROM_ZOOM }, palette), borders];
}

/** What is drawn at once: land at 1:50 million, at every zoom until the fine land has come. */
export function basemap(palette: Palette): StyleSpecification {
  return {
    version: 8,
    // The panels change their theme at once, and what is printed does not wait.
    transition: { duration: 0, delay: 0 },
    'font-faces': FONT_FACES,
    sources: { 'land-coarse': { type: 'geojson', data: absolute(landCoarseUrl), maxzoom: 8 } },
    layers: coarseStyles(palette),
  };
}

/** Load what is large after the mission is on the screen: its eight megabytes would keep the worker from the rest. */
export function refineBasemap(map: MapLibreMap, below: string, palette: Palette, refined: () => void): void {
  map.addSource('land-fine', { type: 'geojson', data: absolute(landFineUrl), maxzoom: 10, tolerance: 0.3 });
  map.addSource('borders', { type: 'geojson', data: absolute(bordersUrl), maxzoom: 8 });
  for (const layer of fineStyles(palette)) map.addLayer(layer, below);
  const swap = () => {
    if (!map.isSourceLoaded('land-fine')) return;
    map.off('sourcedata', swap);
    for (const { id } of land('land-coarse', {}, palette)) map.setLayerZoomRange(id, 0, FINE_FROM_ZOOM);
    refined();
  };
  map.on('sourcedata', swap);
}
