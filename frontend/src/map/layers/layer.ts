/** What a layer of the map is: its sources, their features out of the picture, and how they are drawn. */

import type { FeatureCollection } from 'geojson';
import type { LayerSpecification } from 'maplibre-gl';
import type { Picture, PictureLayer } from '../../picture/picture';
import type { Palette } from '../palette';

export interface MapLayer {
  id: string;
  /** The parts of the picture that it draws: it is drawn anew when one of them changes. */
  reads: readonly PictureLayer[];
  /** The features of each of its sources, by source id. */
  features(picture: Picture): Record<string, FeatureCollection>;
  styles(palette: Palette): LayerSpecification[];
}

export function collection(features: FeatureCollection['features']): FeatureCollection {
  return { type: 'FeatureCollection', features };
}
