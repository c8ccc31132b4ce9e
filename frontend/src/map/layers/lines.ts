/** Ceasefire lines and technical fences: ivory, ticked on the party's side, both sides named. */

import type { Feature as GeoFeature, Position } from 'geojson';
import { partyName } from '../../picture/names';
import type { Feature, Mission } from '../../picture/nouns';
import { featuresInForce } from '../../picture/picture';
import { along, drawnLength, type OnLine } from '../geometry';
import { FONT, FONT_STRONG } from '../style';
import { collection, type MapLayer } from './layer';

const LINES = new Set(['ceasefire_line', 'technical_fence']);
/** Words for ground that belongs to no party: the tick stands on the other side. */
const NOBODYS = /buffer|zone|neutral|mission/i;
/** Names may stand at any of these shares of a line; the map keeps those that have room, those named first before others. */
const NAME_AT = [0.5, 0.2, 0.8, 0.35, 0.65, 0.1, 0.9, 0.27, 0.42, 0.58, 0.73];
const SIDES_AT = [0.06, 0.32, 0.68, 0.94];
/** Parts shorter than this share of the whole go without a name. */
const SHORTEST_NAMED = 0.12;

function partsOf(feature: Feature): Position[][] {
  const { geometry } = feature;
  if (geometry.type === 'LineString') return [geometry.coordinates];
  if (geometry.type === 'MultiLineString') return geometry.coordinates;
  return [];
}

/** The side that carries the ticks: the party's. */
export function tickSide(left: string | null, right: string | null): 'left' | 'right' {
  return left !== null && NOBODYS.test(left) && right !== null && !NOBODYS.test(right) ? 'right' : 'left';
}

export interface SideText {
  /** Degrees clockwise that turn upright text to run along the line, never upside down. */
  rotateDeg: number;
  /** −1: above the text's own baseline direction, 1: below. */
  below: -1 | 1;
}

/** How text that stands on one side of a line is turned and shifted, so that it is both upright and on that side. */
export function sideText(bearingDeg: number, side: 'left' | 'right'): SideText {
  const rotate = bearingDeg - 90;
  const turned = ((((rotate + 180) % 360) + 360) % 360) - 180;
  const upsideDown = turned > 90 || turned <= -90;
  const rotateDeg = upsideDown ? turned - 180 * Math.sign(turned) : turned;
  // Along the line's own direction its left is above the text; turned round, it is below.
  const leftIs = upsideDown ? 1 : -1;
  return { rotateDeg, below: side === 'left' ? leftIs : leftIs === 1 ? -1 : 1 };
}

function text(at: OnLine, side: 'left' | 'right', properties: Record<string, unknown>): GeoFeature {
  const { rotateDeg, below } = sideText(at.bearingDeg, side);
  return {
    type: 'Feature',
    properties: { ...properties, rotate: rotateDeg, below },
    geometry: { type: 'Point', coordinates: [at.lon, at.lat] },
  };
}

function textsOf(feature: Feature, mission: Mission | null): GeoFeature[] {
  const { name, left = null, right = null } = feature.properties;
  const ticked = tickSide(left, right);
  const parts = partsOf(feature);
  const whole = parts.reduce((sum, part) => sum + drawnLength(part), 0);
  const long = parts.filter((part) => drawnLength(part) >= SHORTEST_NAMED * whole);
  return long.flatMap((part) => [
    ...along(part, NAME_AT).map((at, rank) => text(at, ticked, { role: 'name', text: name, rank })),
    ...along(part, SIDES_AT).flatMap((at) => [
      ...(left ? [text(at, 'left', { role: 'side', text: partyName(mission, left) })] : []),
      ...(right ? [text(at, 'right', { role: 'side', text: partyName(mission, right) })] : []),
    ]),
  ]);
}

function drawn(feature: Feature): GeoFeature {
  const { kind, name, left = null, right = null } = feature.properties;
  return {
    type: 'Feature',
    properties: { id: feature.id, kind, name, tick: `tick-${tickSide(left, right)}` },
    geometry: feature.geometry,
  };
}

const OFFSET = (em: number) =>
  ['case', ['==', ['get', 'below'], 1], ['literal', [0, em]], ['literal', [0, -em]]] as never;

export const lines: MapLayer = {
  id: 'lines',
  reads: ['features', 'mission'],
  features(picture) {
    const features = featuresInForce(picture).filter(({ properties }) => LINES.has(properties.kind));
    return {
      lines: collection(features.map(drawn)),
      'line-texts': collection(features.flatMap((feature) => textsOf(feature, picture.mission))),
    };
  },
  styles: (palette) => [
    {
      id: 'line-casing',
      type: 'line',
      source: 'lines',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': palette.halo, 'line-width': 5, 'line-opacity': 0.7 },
    },
    {
      id: 'ceasefire-lines',
      type: 'line',
      source: 'lines',
      filter: ['==', ['get', 'kind'], 'ceasefire_line'],
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': palette.ivory,
        'line-width': ['interpolate', ['linear'], ['zoom'], 6, 1.2, 10, 1.8, 14, 2.6],
      },
    },
    {
      id: 'technical-fences',
      type: 'line',
      source: 'lines',
      filter: ['==', ['get', 'kind'], 'technical_fence'],
      paint: { 'line-color': palette.ivory, 'line-width': 1.2, 'line-dasharray': [1.5, 2] },
    },
    {
      id: 'line-ticks',
      type: 'symbol',
      source: 'lines',
      minzoom: 7,
      filter: ['==', ['get', 'kind'], 'ceasefire_line'],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 26,
        'icon-image': ['get', 'tick'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
      },
    },
    {
      id: 'line-names',
      type: 'symbol',
      source: 'line-texts',
      minzoom: 7,
      filter: ['==', ['get', 'role'], 'name'],
      layout: {
        'text-field': ['upcase', ['get', 'text']],
        'text-font': FONT_STRONG,
        'text-size': 12,
        'text-letter-spacing': 0.14,
        'text-max-width': 60,
        'text-rotate': ['get', 'rotate'],
        'text-rotation-alignment': 'map',
        'text-offset': OFFSET(1.7),
        'text-padding': 16,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': palette.ivoryText, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 },
    },
    {
      id: 'line-sides',
      type: 'symbol',
      source: 'line-texts',
      minzoom: 9.5,
      filter: ['==', ['get', 'role'], 'side'],
      layout: {
        'text-field': ['get', 'text'],
        'text-font': FONT,
        'text-size': 12,
        'text-rotate': ['get', 'rotate'],
        'text-rotation-alignment': 'map',
        'text-offset': OFFSET(1.2),
      },
      paint: {
        'text-color': palette.ivoryText,
        'text-opacity': 0.75,
        'text-halo-color': palette.halo,
        'text-halo-width': 1.4,
      },
    },
  ],
};
