/** The offline basemap as a MapLibre style: land, coast and borders of Natural Earth, fonts of our own. */

import type { FontFacesSpecification, StyleSpecification } from 'maplibre-gl';
import medium from '@fontsource/barlow-condensed/files/barlow-condensed-latin-500-normal.woff2?url';
import mediumExt from '@fontsource/barlow-condensed/files/barlow-condensed-latin-ext-500-normal.woff2?url';
import semibold from '@fontsource/barlow-condensed/files/barlow-condensed-latin-600-normal.woff2?url';
import semiboldExt from '@fontsource/barlow-condensed/files/barlow-condensed-latin-ext-600-normal.woff2?url';
import bordersUrl from './basemap/borders.json?url';
import landCoarseUrl from './basemap/land-coarse.json?url';
import landFineUrl from './basemap/land-fine.json?url';
import { NIGHT } from './palette';

export const FONT = ['Barlow Condensed Medium'];
export const FONT_STRONG = ['Barlow Condensed Semibold'];

const LATIN_EXT = ['U+0100-02BA', 'U+1E00-1E9F', 'U+1EF2-1EFF', 'U+2113', 'U+2C60-2C7F', 'U+A720-A7FF'];

/** Natural Earth is drawn for 1:10 million: below that zoom the coarse land does, and loads at once. */
const FINE_FROM_ZOOM = 4.5;

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

export function basemap(): StyleSpecification {
  const land = (id: string, source: string, zooms: { minzoom?: number; maxzoom?: number }) => [
    {
      id: `${id}-glow`,
      type: 'line' as const,
      source,
      ...zooms,
      paint: {
        'line-color': NIGHT.coastGlow,
        'line-width': ['interpolate', ['linear'], ['zoom'], 4, 4, 10, 22] as never,
        'line-blur': ['interpolate', ['linear'], ['zoom'], 4, 4, 10, 22] as never,
        'line-opacity': 0.35,
      },
    },
    { id, type: 'fill' as const, source, ...zooms, paint: { 'fill-color': NIGHT.land } },
    {
      id: `${id}-coast`,
      type: 'line' as const,
      source,
      ...zooms,
      paint: { 'line-color': NIGHT.coast, 'line-width': 1, 'line-opacity': 0.75 },
    },
  ];
  return {
    version: 8,
    'font-faces': FONT_FACES,
    sources: {
      'land-coarse': { type: 'geojson', data: absolute(landCoarseUrl), maxzoom: 5 },
      'land-fine': { type: 'geojson', data: absolute(landFineUrl), maxzoom: 10, tolerance: 0.3 },
      borders: { type: 'geojson', data: absolute(bordersUrl), maxzoom: 8 },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': NIGHT.sea } },
      ...land('land-coarse', 'land-coarse', { maxzoom: FINE_FROM_ZOOM }),
      ...land('land-fine', 'land-fine', { minzoom: FINE_FROM_ZOOM }),
      {
        // Borders are contested: their own layer, drawn faintly, and dropped where a mission brings its own map.
        id: 'borders',
        type: 'line',
        source: 'borders',
        maxzoom: 8,
        paint: {
          'line-color': NIGHT.border,
          'line-width': 0.8,
          'line-dasharray': [4, 3],
          'line-opacity': 0.5,
        },
      },
    ],
  };
}
