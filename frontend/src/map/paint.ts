/** Change the colours of what is drawn, without drawing the map anew. */

import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';

/** Give the layers that are on the map the paint of these styles. */
export function repaint(map: MapLibreMap, styles: readonly LayerSpecification[]): void {
  for (const { id, paint } of styles) {
    if (!map.getLayer(id)) continue;
    for (const [name, value] of Object.entries(paint ?? {}))
      map.setPaintProperty(id, name as never, value as never, { validate: false });
  }
}
