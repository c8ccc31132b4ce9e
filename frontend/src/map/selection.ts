/** How what the officer selected is marked: its accuracy, where it was, its place, and what is selected with it. */

import type { LayerSpecification } from 'maplibre-gl';
import type { Palette } from './palette';

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
    id: 'selected-many',
    type: 'circle',
    source: 'selected-many',
    paint: {
      'circle-radius': 17,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': palette.trail,
      'circle-stroke-width': 2,
    },
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
