/** Lines and zones as they were before and will be: thin and dashed, with their dates. Shown when asked. */

import { date, instantOf } from '../../format/instant';
import type { Feature } from '../../picture/nouns';
import { isInForce } from '../../picture/picture';
import { FONT } from '../style';
import { collection, type MapLayer } from './layer';

/** `Northern line · 1974-08-16 – 2026-12-01`; an open end is dots. */
export function spanOf({ properties }: Feature): string {
  const ends = [properties.valid_from, properties.valid_to].map((text) => {
    const ms = instantOf(text);
    return ms === null ? '…' : date(ms);
  });
  return `${properties.name} · ${ends.join(' – ')}`;
}

export const versions: MapLayer = {
  id: 'versions',
  reads: ['features'],
  features({ features, completeAt }) {
    const others = [...features.values()]
      .flat()
      .filter(
        (each) => completeAt !== null && !isInForce(each, completeAt) && each.geometry.type !== 'Point',
      );
    const drawn = others.map((each) => ({
      type: 'Feature' as const,
      properties: {
        name: spanOf(each),
        coming: completeAt !== null && (instantOf(each.properties.valid_from) ?? -Infinity) > completeAt,
      },
      geometry: each.geometry,
    }));
    return { versions: collection(drawn) };
  },
  styles: (palette) => [
    ...[false, true].map((coming) => ({
      id: coming ? 'versions-coming' : 'versions-past',
      type: 'line' as const,
      source: 'versions',
      filter: ['==', ['get', 'coming'], coming] as never,
      layout: { visibility: 'none' as const },
      paint: {
        'line-color': palette.ivoryText,
        'line-width': 1,
        'line-opacity': coming ? 0.9 : 0.65,
        'line-dasharray': coming ? [6, 3] : [2, 4],
      },
    })),
    {
      id: 'versions-names',
      type: 'symbol',
      source: 'versions',
      layout: {
        visibility: 'none',
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-font': FONT,
        'text-size': 11.5,
        'text-offset': [0, -0.8],
      },
      paint: { 'text-color': palette.ivoryText, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
    },
  ],
};
