/** Violations where they happened, by the severity's shape; only the urgent ones are red and ringed. */

import { isUrgent, standing } from '../../alerts/order';
import type { Violation } from '../../picture/nouns';
import { collection, type MapLayer } from './layer';

function imageOf(violation: Violation): string {
  if (isUrgent(violation)) return `violation-urgent-${violation.severity}`;
  if (standing(violation) === 'open' && violation.severity !== 'critical')
    return `violation-${violation.severity}`;
  if (standing(violation) === 'open') return 'violation-high';
  return `violation-settled-${violation.severity}`;
}

export const violations: MapLayer = {
  id: 'violations',
  reads: ['violations'],
  features(picture) {
    const shown = [...picture.violations.values()].filter((violation) => violation.status !== 'withdrawn');
    const features = shown.map((violation) => ({
      type: 'Feature' as const,
      properties: {
        id: violation.id,
        image: imageOf(violation),
        urgent: isUrgent(violation),
        opacity: standing(violation) === 'open' ? 1 : 0.55,
        rank: isUrgent(violation) ? 2 : standing(violation) === 'open' ? 1 : 0,
      },
      geometry: { type: 'Point' as const, coordinates: [violation.lon, violation.lat] },
    }));
    return { violations: collection(features) };
  },
  styles: (palette) => [
    {
      id: 'violation-rings',
      type: 'circle',
      source: 'violations',
      filter: ['get', 'urgent'],
      paint: {
        'circle-radius': 20,
        'circle-color': palette.urgent,
        'circle-opacity': 0.1,
        'circle-stroke-color': palette.urgent,
        'circle-stroke-width': 1.2,
        'circle-stroke-opacity': 0.7,
      },
    },
    {
      id: 'violations',
      type: 'symbol',
      source: 'violations',
      layout: {
        'symbol-sort-key': ['get', 'rank'],
        'icon-image': ['get', 'image'],
        // Settled ones shrink with the distance; open ones never do.
        'icon-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          8,
          ['case', ['==', ['get', 'rank'], 0], 0.5, 0.8],
          11,
          0.8,
        ],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
      paint: { 'icon-opacity': ['get', 'opacity'] },
    },
  ],
};
