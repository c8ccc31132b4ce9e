/** The mission's own base map over the built-in land: a PMTiles file of the server, in the palette's colours. */

import * as maplibregl from 'maplibre-gl';
import type { ExpressionSpecification, LayerSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { repaint } from './paint';
import { type Palette, PALETTES } from './palette';
import { FONT } from './style';

export interface TileFile {
  url: string;
  tiles: 'vector' | 'raster';
  min_zoom: number;
  max_zoom: number;
}

const SOURCE = 'mission-tiles';

const kind = (...kinds: string[]): ExpressionSpecification => ['in', ['get', 'kind'], ['literal', kinds]];
const widths = (near: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.6],
  ['zoom'],
  8,
  near / 8,
  16,
  near,
];

/** Pictures keep their own colours, dimmed so that symbols stand out: by red light they are hardly there. */
const DIMMED = new Map<Palette, Record<string, number>>([
  [PALETTES.night, { 'raster-opacity': 0.55, 'raster-saturation': -0.6, 'raster-brightness-max': 0.6 }],
  [PALETTES.day, { 'raster-opacity': 0.8, 'raster-saturation': -0.3 }],
  [PALETTES.red, { 'raster-opacity': 0.14, 'raster-saturation': -1, 'raster-brightness-max': 0.5 }],
]);

function raster(palette: Palette): LayerSpecification[] {
  return [
    {
      id: `${SOURCE}-picture`,
      type: 'raster',
      source: SOURCE,
      paint: DIMMED.get(palette) ?? {},
    },
  ];
}

/** Tiles of the Protomaps schema, version 4, down to what a patrol navigates by; no shops and no borders. */
function vector(palette: Palette): LayerSpecification[] {
  const of = (layer: string, more: object): LayerSpecification =>
    ({
      id: `${SOURCE}-${layer}`,
      source: SOURCE,
      'source-layer': layer.split('-')[0],
      ...more,
    }) as LayerSpecification;
  const fill = (colour: string, opacity = 1) => ({ 'fill-color': colour, 'fill-opacity': opacity });
  const line = (colour: string, near: number) => ({ 'line-color': colour, 'line-width': widths(near) });
  const round = { 'line-cap': 'round', 'line-join': 'round' };
  return [
    of('earth', { type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: fill(palette.land) }),
    of('landuse-wood', {
      type: 'fill',
      filter: kind('forest', 'wood', 'scrub', 'park', 'nature_reserve', 'orchard'),
      paint: fill(palette.wood, 0.8),
    }),
    of('landuse-built', {
      type: 'fill',
      filter: kind('residential', 'industrial', 'commercial', 'urban_area', 'military', 'aerodrome'),
      paint: fill(palette.built, 0.9),
    }),
    of('water', { type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: fill(palette.sea) }),
    of('water-ways', {
      type: 'line',
      filter: ['==', ['geometry-type'], 'LineString'],
      layout: round,
      paint: line(palette.sea, 5),
    }),
    of('buildings', { type: 'fill', minzoom: 13, paint: fill(palette.building) }),
    of('roads-minor', {
      type: 'line',
      minzoom: 11,
      filter: kind('minor_road', 'path', 'other'),
      layout: round,
      paint: line(palette.roadMinor, 6),
    }),
    of('roads-rail', { type: 'line', minzoom: 9, filter: kind('rail'), paint: line(palette.roadMinor, 3) }),
    of('roads-major', {
      type: 'line',
      filter: kind('highway', 'major_road', 'medium_road'),
      layout: round,
      paint: line(palette.road, 10),
    }),
    of('places', {
      type: 'symbol',
      filter: kind('locality', 'neighbourhood', 'macrohood'),
      layout: {
        'text-field': ['coalesce', ['get', 'name:en'], ['get', 'name']],
        'text-font': FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 5, 11, 14, 15],
        'text-max-width': 8,
      },
      paint: { 'text-color': palette.townText, 'text-halo-color': palette.halo, 'text-halo-width': 1.2 },
    }),
  ];
}

export function tileStyles(file: TileFile, palette: Palette): LayerSpecification[] {
  return file.tiles === 'vector' ? vector(palette) : raster(palette);
}

/** Draws the file once there is one and the built-in land lies beneath it: whichever comes last. */
export class MissionTiles {
  private file: TileFile | null = null;
  private begun = false;

  /** `below` is the layer that the tiles lie right beneath. */
  constructor(
    private readonly map: MapLibreMap,
    private readonly below: string,
    private readonly palette: () => Palette,
  ) {}

  show(file: TileFile): void {
    this.file = file;
    void this.draw();
  }

  /** The built-in land is on the map. */
  begin(): void {
    this.begun = true;
    void this.draw();
  }

  /** How many features of the file are to be seen. */
  get seen(): number {
    const layers = this.file ? tileStyles(this.file, this.palette()).map(({ id }) => id) : [];
    const drawn = layers.filter((id) => this.map.getLayer(id));
    return drawn.length > 0 ? this.map.queryRenderedFeatures({ layers: drawn }).length : 0;
  }

  repaint(): void {
    if (this.file) repaint(this.map, tileStyles(this.file, this.palette()));
  }

  /** What reads PMTiles is loaded only here: most missions have none. */
  private async draw(): Promise<void> {
    if (!this.file || !this.begun) return;
    const { file } = this;
    const { Protocol } = await import('pmtiles');
    maplibregl.addProtocol('pmtiles', new Protocol().tile);
    const url = `pmtiles://${new URL(file.url, document.baseURI).href}`;
    this.map.addSource(
      SOURCE,
      file.tiles === 'vector' ? { type: 'vector', url } : { type: 'raster', url, tileSize: 256 },
    );
    for (const layer of tileStyles(file, this.palette())) this.map.addLayer(layer, this.below);
  }
}
