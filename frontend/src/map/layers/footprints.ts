/** What drones look at: the ground under their sensor, as the newest report has it. */

import type { Picture } from '../../picture/picture';
import type { Track } from '../../picture/nouns';
import { collection, type MapLayer } from './layer';

function seeing(picture: Picture): Track[] {
  const found: Track[] = [];
  for (const track of picture.tracks.values())
    if (track.drone?.sensor?.footprint && track.status === 'live') found.push(track);
  return found;
}

/** Of a drone that is not live any more nothing is drawn: it has long looked elsewhere. */
export const footprints: MapLayer = {
  id: 'footprints',
  reads: ['sensors'],
  features(picture) {
    const features = seeing(picture).flatMap(({ id, drone }) =>
      drone?.sensor?.footprint
        ? [{ type: 'Feature' as const, properties: { id }, geometry: drone.sensor.footprint }]
        : [],
    );
    return { footprints: collection(features) };
  },
  styles: (palette) => [
    {
      id: 'footprints-area',
      type: 'fill',
      source: 'footprints',
      paint: { 'fill-color': palette.entities.tie, 'fill-opacity': 0.1 },
    },
    {
      id: 'footprints-edge',
      type: 'line',
      source: 'footprints',
      paint: {
        'line-color': palette.entities.tie,
        'line-width': 1.2,
        'line-opacity': 0.8,
        'line-dasharray': [3, 2],
      },
    },
  ],
};
