/** How that is drawn which comes from no layer of the picture: grid, selection, evidence, tools. */

import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { Palette } from './palette';
import { FONT, FONT_STRONG } from './style';

const role = (...roles: string[]): ExpressionSpecification => ['in', ['get', 'role'], ['literal', roles]];

/** What a line has that came of degrees: no role, but a name. */
const PLAIN: ExpressionSpecification = ['!', ['has', 'role']];

export const gridStyles = (palette: Palette): LayerSpecification[] => [
  {
    id: 'grid',
    type: 'line',
    source: 'grid',
    filter: ['any', PLAIN, role('line')],
    paint: { 'line-color': palette.grid, 'line-width': 1, 'line-opacity': 0.7 },
  },
  {
    id: 'grid-squares',
    type: 'line',
    source: 'grid',
    filter: role('square', 'zone'),
    paint: { 'line-color': palette.gridText, 'line-width': 1.2, 'line-opacity': 0.7 },
  },
  {
    id: 'grid-names',
    type: 'symbol',
    source: 'grid',
    filter: ['any', PLAIN, role('line')],
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
  {
    id: 'grid-square-names',
    type: 'symbol',
    source: 'grid',
    filter: role('square-name', 'zone-name'),
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT_STRONG,
      'text-size': ['case', ['==', ['get', 'role'], 'zone-name'], 20, 16],
      'text-letter-spacing': 0.1,
      'text-offset': [
        'case',
        ['==', ['get', 'role'], 'zone-name'],
        ['literal', [0, -1.1]],
        ['literal', [0, 0]],
      ],
    },
    paint: {
      'text-color': palette.gridText,
      'text-halo-color': palette.sea,
      'text-halo-width': 1.5,
      'text-opacity': 0.8,
    },
  },
];

/** Why a violation was raised: the margin about the line, the area, how far each report may be off, the way between them. */
export const evidenceStyles = (palette: Palette): LayerSpecification[] => [
  {
    id: 'evidence-area',
    type: 'fill',
    source: 'evidence',
    filter: role('area'),
    paint: { 'fill-color': palette.interference, 'fill-opacity': 0.14 },
  },
  {
    id: 'evidence-area-edge',
    type: 'line',
    source: 'evidence',
    filter: role('area'),
    paint: { 'line-color': palette.interference, 'line-width': 1.6, 'line-dasharray': [2, 2] },
  },
  {
    id: 'evidence-margin',
    type: 'fill',
    source: 'evidence',
    filter: role('margin'),
    paint: { 'fill-color': palette.ivory, 'fill-opacity': 0.13 },
  },
  {
    id: 'evidence-margin-edge',
    type: 'line',
    source: 'evidence',
    filter: role('margin'),
    paint: { 'line-color': palette.ivory, 'line-width': 1, 'line-opacity': 0.65, 'line-dasharray': [4, 3] },
  },
  {
    id: 'evidence-edge',
    type: 'line',
    source: 'evidence',
    filter: role('edge'),
    layout: { 'line-join': 'round' },
    paint: { 'line-color': palette.ivory, 'line-width': 4 },
  },
  {
    id: 'evidence-accuracy',
    type: 'fill',
    source: 'evidence',
    filter: role('accuracy'),
    paint: { 'fill-color': palette.trail, 'fill-opacity': 0.16, 'fill-outline-color': palette.trail },
  },
  {
    id: 'evidence-leg-casing',
    type: 'line',
    source: 'evidence',
    filter: role('leg', 'way', 'ray'),
    layout: { 'line-cap': 'round' },
    paint: { 'line-color': palette.halo, 'line-width': 5, 'line-opacity': 0.7 },
  },
  {
    id: 'evidence-legs',
    type: 'line',
    source: 'evidence',
    filter: role('leg'),
    layout: { 'line-cap': 'round' },
    paint: { 'line-color': palette.evidence, 'line-width': 2.4 },
  },
  {
    id: 'evidence-ways',
    type: 'line',
    source: 'evidence',
    filter: role('way', 'ray'),
    paint: { 'line-color': palette.evidence, 'line-width': 1.4, 'line-dasharray': [2, 2.5] },
  },
  {
    id: 'evidence-fixes',
    type: 'circle',
    source: 'evidence',
    filter: role('fix', 'incident', 'observer', 'origin'),
    paint: {
      'circle-radius': 4.5,
      'circle-color': palette.evidence,
      'circle-stroke-color': palette.halo,
      'circle-stroke-width': 2,
    },
  },
  {
    id: 'evidence-crossing',
    type: 'circle',
    source: 'evidence',
    filter: role('crossing'),
    paint: {
      'circle-radius': 9,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': palette.evidence,
      'circle-stroke-width': 2,
    },
  },
  {
    id: 'evidence-names',
    type: 'symbol',
    source: 'evidence',
    filter: role('fix', 'crossing'),
    minzoom: 10,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 12,
      'text-variable-anchor': ['top-left', 'bottom-left', 'left', 'right'],
      'text-radial-offset': ['case', ['==', ['get', 'role'], 'crossing'], 2.4, 1],
      'text-justify': 'auto',
    },
    paint: { 'text-color': palette.evidence, 'text-halo-color': palette.halo, 'text-halo-width': 1.8 },
  },
  {
    id: 'evidence-margin-names',
    type: 'symbol',
    source: 'evidence',
    filter: role('margin'),
    minzoom: 12,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 12,
      'text-offset': [0, 0.9],
    },
    paint: { 'text-color': palette.ivoryText, 'text-halo-color': palette.halo, 'text-halo-width': 1.8 },
  },
];

/** What the officer measures: above all else while he does. */
export const toolStyles = (palette: Palette): LayerSpecification[] => [
  {
    id: 'tool-area',
    type: 'fill',
    source: 'tool',
    filter: role('area'),
    paint: { 'fill-color': palette.measure, 'fill-opacity': 0.14, 'fill-outline-color': palette.measure },
  },
  {
    id: 'tool-rings',
    type: 'line',
    source: 'tool',
    filter: role('ring'),
    paint: { 'line-color': palette.ring, 'line-width': 1.3, 'line-opacity': 0.9 },
  },
  {
    id: 'tool-way-casing',
    type: 'line',
    source: 'tool',
    filter: role('way'),
    paint: { 'line-color': palette.halo, 'line-width': 5, 'line-opacity': 0.7 },
  },
  {
    id: 'tool-way',
    type: 'line',
    source: 'tool',
    filter: role('way'),
    paint: { 'line-color': palette.measure, 'line-width': 2 },
  },
  {
    id: 'tool-points',
    type: 'circle',
    source: 'tool',
    filter: role('point', 'cursor', 'middle', 'chosen', 'found'),
    paint: {
      'circle-radius': ['match', ['get', 'role'], 'middle', 3, 'point', 4.5, 'found', 5, 7],
      'circle-color': [
        'match',
        ['get', 'role'],
        ['cursor'],
        'rgba(0,0,0,0)',
        ['found'],
        palette.evidence,
        ['middle', 'chosen'],
        palette.halo,
        palette.measure,
      ],
      'circle-stroke-color': ['match', ['get', 'role'], ['point', 'found'], palette.halo, palette.measure],
      'circle-stroke-width': ['match', ['get', 'role'], ['cursor', 'middle'], 1.6, ['chosen'], 3, 2],
    },
  },
  {
    id: 'tool-names',
    type: 'symbol',
    source: 'tool',
    filter: role('name', 'side'),
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT_STRONG,
      'text-size': 13,
      'text-offset': ['case', ['==', ['get', 'role'], 'side'], ['literal', [0, 0]], ['literal', [0, -0.9]]],
      'text-allow-overlap': true,
    },
    paint: { 'text-color': palette.measure, 'text-halo-color': palette.halo, 'text-halo-width': 2 },
  },
];
