/** What of the picture is on the map, and what the officer has taken off it for now. Alerts are always there. */

import type { LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import type { EntityLayer } from './entities/layer';
import { LAYERS } from './layers';
import { versions } from './layers/versions';
import { PALETTES } from './palette';

/** The map's own layers that can be taken off, by id; violations cannot. */
export const PARTS = ['lines', 'zones', 'places', 'incidents', 'footprints', 'interference'] as const;
export type Part = (typeof PARTS)[number];

export interface Hidden {
  parts: ReadonlySet<Part>;
  /** Ids of parties whose units are not drawn. */
  parties: ReadonlySet<string>;
  /** Whether units are drawn without their names. */
  names: boolean;
}

export const NOTHING_HIDDEN: Hidden = { parts: new Set(), parties: new Set(), names: false };

export class Shown {
  constructor(
    private readonly map: MapLibreMap,
    private readonly entities: EntityLayer,
  ) {}

  /** Show what lines and zones were before and will be, or hide it. */
  setVersions(shown: boolean): void {
    this.set(versions.styles(PALETTES.night), shown);
  }

  /** Once the map has been composed. */
  setHidden(hidden: Hidden): void {
    this.entities.hidden = hidden;
    for (const part of PARTS) {
      const layer = LAYERS.find(({ id }) => id === part);
      // Colours do not matter: only the ids are asked for.
      this.set(layer?.styles(PALETTES.night) ?? [], !hidden.parts.has(part));
    }
    this.map.triggerRepaint();
  }

  private set(styles: readonly LayerSpecification[], shown: boolean): void {
    for (const { id } of styles) {
      if (this.map.getLayer(id)) this.map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none');
    }
  }
}
