/** The sources of what MapLibre draws of ours: features by source, of which most are empty most of the time. */

import type { FeatureCollection } from 'geojson';
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { collection } from './layers/layer';

export class Sources {
  /** Ids of those that have something to draw. */
  private readonly filled = new Set<string>();

  constructor(private readonly map: MapLibreMap) {}

  /** Add layers, and the sources that they name. */
  add(styles: readonly LayerSpecification[]): void {
    for (const style of styles) {
      if ('source' in style && typeof style.source === 'string') this.begin(style.source);
      this.map.addLayer(style);
    }
  }

  set(id: string, features: FeatureCollection): void {
    const source = this.map.getSource<GeoJSONSource>(id);
    const isEmpty = features.features.length === 0;
    if (!source || (isEmpty && !this.filled.has(id))) return;
    if (isEmpty) this.filled.delete(id);
    else this.filled.add(id);
    void source.setData(features);
  }

  /** A source without features has no tiles: each would be asked of a worker, and masked in each frame, for nothing. */
  private begin(id: string): void {
    if (this.map.getSource(id)) return;
    this.map.addSource(id, { type: 'geojson', data: collection([]) });
    Object.assign(this.map.getSource(id) ?? {}, { hasTile: () => this.filled.has(id) });
  }
}
