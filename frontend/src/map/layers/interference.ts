/** Where receivers are not to be believed: the area of the units of an alert of interference, while it asks for attention. */

import { circle } from '../geometry';
import { FONT } from '../style';
import { wordFor } from '../../words/words.svelte';
import { collection, type MapLayer } from './layer';

export const interference: MapLayer = {
  id: 'interference',
  reads: ['violations'],
  features(picture) {
    const areas = [...picture.violations.values()].flatMap(({ rule, open, lon, lat, radius_m: radiusM }) =>
      open && radiusM !== null
        ? [
            {
              type: 'Feature' as const,
              properties: { name: wordFor('rule', rule) },
              geometry: circle(lon, lat, radiusM),
            },
          ]
        : [],
    );
    return { interference: collection(areas) };
  },
  styles: (palette) => [
    {
      id: 'interference-area',
      type: 'fill',
      source: 'interference',
      paint: { 'fill-color': palette.interference, 'fill-opacity': 0.12 },
    },
    {
      id: 'interference-edge',
      type: 'line',
      source: 'interference',
      paint: { 'line-color': palette.interference, 'line-width': 1.4, 'line-dasharray': [1, 2] },
    },
    {
      id: 'interference-names',
      type: 'symbol',
      source: 'interference',
      layout: {
        'symbol-placement': 'line',
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 12,
        'text-offset': [0, -0.9],
      },
      paint: { 'text-color': palette.interference, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
    },
  ],
};
