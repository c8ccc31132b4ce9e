/** Zones by kind: what is closed is hatched or dotted, what is only organisation is a thin line. */

import type { Feature as GeoFeature, Position } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';
import type { Feature } from '../../picture/nouns';
import { featuresInForce } from '../../picture/picture';
import { circle, labelPlace } from '../geometry';
import type { Palette } from '../palette';
import { FONT, FONT_STRONG } from '../style';
import { collection, type MapLayer } from './layer';

const ZONES = new Set([
  'buffer_zone',
  'area_of_limitation',
  'no_fly_zone',
  'restricted_area',
  'sector',
  'area_of_operations',
]);

interface Look {
  kind: string;
  outline: 'ivory' | 'limitation' | 'noFly' | 'operations' | 'restricted' | 'sector';
  width: number;
  dash: number[] | null;
  pattern: string | null;
  tint: number;
}

const LOOKS: Look[] = [
  { kind: 'area_of_operations', outline: 'operations', width: 1, dash: [10, 4], pattern: null, tint: 0 },
  { kind: 'sector', outline: 'sector', width: 1, dash: [8, 3, 1, 3], pattern: null, tint: 0 },
  {
    kind: 'area_of_limitation',
    outline: 'limitation',
    width: 1.2,
    dash: [6, 3],
    pattern: null,
    tint: 0.05,
  },
  { kind: 'buffer_zone', outline: 'ivory', width: 0.6, dash: null, pattern: 'hatch-buffer', tint: 0.04 },
  { kind: 'no_fly_zone', outline: 'noFly', width: 1.4, dash: [3, 2], pattern: 'dots-no-fly', tint: 0.05 },
  {
    kind: 'restricted_area',
    outline: 'restricted',
    width: 1.2,
    dash: null,
    pattern: 'hatch-restricted',
    tint: 0.05,
  },
];

function ofKind(kind: string): ['==', ['get', string], string] {
  return ['==', ['get', 'kind'], kind];
}

function stylesOf(
  { kind, outline, width, dash, pattern, tint }: Look,
  palette: Palette,
): LayerSpecification[] {
  const colour = palette[outline];
  const filter = ofKind(kind);
  const styles: LayerSpecification[] = [];
  if (tint) {
    const paint = { 'fill-color': colour, 'fill-opacity': tint };
    styles.push({ id: `zone-${kind}-tint`, type: 'fill', source: 'zones', filter, paint });
  }
  if (pattern) {
    const paint = { 'fill-pattern': pattern };
    styles.push({ id: `zone-${kind}-pattern`, type: 'fill', source: 'zones', filter, paint });
  }
  const paint = {
    'line-color': colour,
    'line-width': width,
    'line-opacity': 0.8,
    ...(dash && { 'line-dasharray': dash }),
  };
  styles.push({ id: `zone-${kind}-edge`, type: 'line', source: 'zones', filter, paint });
  return styles;
}

function zone(feature: Feature): GeoFeature | null {
  const { geometry, properties } = feature;
  const { kind, name, radius_m: radiusM } = properties;
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') {
    return { type: 'Feature', properties: { id: feature.id, kind, name }, geometry };
  }
  if (geometry.type === 'Point' && radiusM) {
    const [lon = 0, lat = 0] = geometry.coordinates;
    return {
      type: 'Feature',
      properties: { id: feature.id, kind, name },
      geometry: circle(lon, lat, radiusM),
    };
  }
  return null;
}

function named(drawn: GeoFeature): GeoFeature[] {
  const { geometry } = drawn;
  let polygons: Position[][][] = [];
  if (geometry.type === 'Polygon') polygons = [geometry.coordinates];
  if (geometry.type === 'MultiPolygon') polygons = geometry.coordinates;
  const place = labelPlace(polygons);
  if (!place) return [];
  return [{ type: 'Feature', properties: drawn.properties, geometry: { type: 'Point', coordinates: place } }];
}

export const zones: MapLayer = {
  id: 'zones',
  reads: ['features'],
  features(picture) {
    const drawn = featuresInForce(picture)
      .map(zone)
      .filter((item) => item !== null);
    // The buffer zone is long and winding: its lines carry the names.
    const labelled = drawn.filter(({ properties }) => {
      const kind: unknown = properties?.['kind'];
      return typeof kind === 'string' && ZONES.has(kind) && kind !== 'buffer_zone';
    });
    return { zones: collection(drawn), 'zone-names': collection(labelled.flatMap(named)) };
  },
  styles: (palette) => [
    ...LOOKS.flatMap((look) => stylesOf(look, palette)),
    {
      id: 'zone-crossing-points',
      type: 'line',
      source: 'zones',
      filter: ['in', ['get', 'kind'], ['literal', ['crossing_point', 'storage_site', 'position']]],
      paint: { 'line-color': palette.place, 'line-width': 1, 'line-dasharray': [2, 2], 'line-opacity': 0.7 },
    },
    {
      id: 'sector-names',
      type: 'symbol',
      source: 'zone-names',
      filter: ['in', ['get', 'kind'], ['literal', ['sector', 'area_of_operations']]],
      maxzoom: 13,
      layout: {
        'text-field': ['upcase', ['get', 'name']],
        'text-font': FONT_STRONG,
        'text-size': ['interpolate', ['linear'], ['zoom'], 7, 11, 11, 16],
        'text-letter-spacing': 0.28,
        'text-max-width': 14,
      },
      paint: {
        'text-color': palette.sector,
        'text-opacity': 0.75,
        'text-halo-color': palette.halo,
        'text-halo-width': 1.2,
      },
    },
    {
      id: 'zone-names',
      type: 'symbol',
      source: 'zone-names',
      filter: ['!', ['in', ['get', 'kind'], ['literal', ['sector', 'area_of_operations']]]],
      minzoom: 8.5,
      layout: {
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 13,
        'text-letter-spacing': 0.06,
      },
      paint: { 'text-color': palette.zoneText, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
    },
  ],
};
