/** How the graticule and the marks of what is selected are drawn. */

import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from './palette';
import { FONT } from './style';

export const gridStyles = (palette: Palette): LayerSpecification[] => [
  {
    id: 'grid',
    type: 'line',
    source: 'grid',
    paint: { 'line-color': palette.grid, 'line-width': 1, 'line-opacity': 0.7 },
  },
  {
    id: 'grid-names',
    type: 'symbol',
    source: 'grid',
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 420,
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 11,
      'text-letter-spacing': 0.05,
    },
    paint: {
      'text-color': palette.gridText,
      'text-halo-color': palette.sea,
      'text-halo-width': 2,
      'text-opacity': 0.9,
    },
  },
];

export const selectionStyles = (palette: Palette): LayerSpecification[] => [
  {
    id: 'selected-accuracy',
    type: 'fill',
    source: 'selected-accuracy',
    paint: { 'fill-color': palette.trail, 'fill-opacity': 0.12, 'fill-outline-color': palette.trail },
  },
  {
    id: 'selected-trail-casing',
    type: 'line',
    source: 'selected-trail',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.halo, 'line-width': 5, 'line-opacity': 0.6 },
  },
  {
    id: 'selected-trail',
    type: 'line',
    source: 'selected-trail',
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': palette.trail, 'line-width': 2.2, 'line-opacity': 0.95 },
  },
  {
    id: 'selected-place',
    type: 'circle',
    source: 'selected-place',
    paint: {
      'circle-radius': 30,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': palette.evidence,
      'circle-stroke-width': 1.4,
      'circle-stroke-opacity': 0.85,
    },
  },
];
