/** What lies under the pointer: a violation before an incident, an incident before a track. */

import type { Map as MapLibreMap, Point, PointLike } from 'maplibre-gl';
import type { EntityLayer } from './entities/layer';

export type Picked =
  | { kind: 'track'; id: string }
  | { kind: 'violation'; id: string }
  | { kind: 'incident'; id: string }
  | { kind: 'nothing' };

const REACH_PX = 6;

export function pickedAt(map: MapLibreMap, entities: EntityLayer, { x, y }: Point): Picked {
  const box: [PointLike, PointLike] = [
    [x - REACH_PX, y - REACH_PX],
    [x + REACH_PX, y + REACH_PX],
  ];
  for (const kind of ['violation', 'incident'] as const) {
    const id: unknown = map.queryRenderedFeatures(box, { layers: [`${kind}s`] })[0]?.properties['id'];
    if (typeof id === 'string') return { kind, id };
  }
  const id = entities.pick(x, y);
  return id === null ? { kind: 'nothing' } : { kind: 'track', id };
}
