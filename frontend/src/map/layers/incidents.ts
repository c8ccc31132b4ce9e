/** Incidents: the ring's colour is the severity, the mark inside is the category. */

import { incidentMark } from '../images';
import { FONT } from '../style';
import { collection, type MapLayer } from './layer';

const RANK: Record<string, number> = { info: 0, low: 1, medium: 2, high: 3, flash: 4 };

export const incidents: MapLayer = {
  id: 'incidents',
  reads: ['incidents'],
  features(picture) {
    const features = [...picture.incidents.values()].map((incident) => ({
      type: 'Feature' as const,
      properties: {
        id: incident.id,
        title: incident.title,
        image: `incident-${incident.severity}-${incidentMark(incident.category)}`,
        rank: -(RANK[incident.severity] ?? 0),
      },
      geometry: { type: 'Point' as const, coordinates: [incident.lon, incident.lat] },
    }));
    return { incidents: collection(features) };
  },
  styles: (palette) => [
    {
      id: 'incidents',
      type: 'symbol',
      source: 'incidents',
      layout: {
        'symbol-sort-key': ['get', 'rank'],
        'icon-image': ['get', 'image'],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 8, 0.6, 11, 1],
        'icon-allow-overlap': true,
        'text-field': ['step', ['zoom'], '', 10, ['get', 'title']],
        'text-font': FONT,
        'text-size': 12,
        'text-anchor': 'left',
        'text-offset': [1.1, 0],
        'text-max-width': 12,
        'text-optional': true,
      },
      paint: { 'text-color': palette.incidentText, 'text-halo-color': palette.halo, 'text-halo-width': 1.5 },
    },
  ],
};
