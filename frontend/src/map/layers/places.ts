/** Positions, crossing points, storage sites and patrol routes of the mission. */

import type { Feature as GeoFeature, Position } from 'geojson';
import type { Feature } from '../../picture/nouns';
import { featuresInForce } from '../../picture/picture';
import { labelPlace } from '../geometry';
import { FONT } from '../style';
import { collection, type MapLayer } from './layer';

const PLACES = new Set(['position', 'crossing_point', 'storage_site']);

function placeOf({ geometry }: Feature): Position | null {
  if (geometry.type === 'Point') return geometry.coordinates;
  if (geometry.type === 'Polygon') return labelPlace([geometry.coordinates]);
  if (geometry.type === 'MultiPolygon') return labelPlace(geometry.coordinates);
  return null;
}

function place(feature: Feature): GeoFeature[] {
  const coordinates = placeOf(feature);
  const { kind, name } = feature.properties;
  if (!coordinates || !PLACES.has(kind)) return [];
  return [
    { type: 'Feature', properties: { id: feature.id, kind, name }, geometry: { type: 'Point', coordinates } },
  ];
}

function route(feature: Feature): GeoFeature[] {
  if (feature.properties.kind !== 'patrol_route') return [];
  return [{ type: 'Feature', properties: { name: feature.properties.name }, geometry: feature.geometry }];
}

export const places: MapLayer = {
  id: 'places',
  reads: ['features'],
  features(picture) {
    const features = featuresInForce(picture);
    return { places: collection(features.flatMap(place)), routes: collection(features.flatMap(route)) };
  },
  styles: (palette) => [
    {
      id: 'routes',
      type: 'line',
      source: 'routes',
      minzoom: 8,
      layout: { 'line-cap': 'round' },
      paint: {
        'line-color': palette.route,
        'line-width': 1.4,
        'line-dasharray': [0.1, 2.4],
        'line-opacity': 0.8,
      },
    },
    {
      id: 'places',
      type: 'symbol',
      source: 'places',
      minzoom: 7,
      layout: {
        'icon-image': ['concat', 'place-', ['get', 'kind']],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 7, 0.6, 11, 1],
        'icon-allow-overlap': true,
        'text-field': ['step', ['zoom'], '', 8.5, ['get', 'name']],
        'text-font': FONT,
        'text-size': 12.5,
        'text-anchor': 'top',
        'text-offset': [0, 0.75],
        'text-optional': true,
      },
      paint: {
        'text-color': palette.placeText,
        'text-halo-color': palette.halo,
        'text-halo-width': 1.5,
        'icon-opacity': 0.85,
      },
    },
  ],
};
