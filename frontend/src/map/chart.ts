/** The map itself: MapLibre with our layers, told what changed. The only public face of this folder. */

import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { FeatureCollection } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Measures } from '../format/measures.svelte';
import { EVERY_LAYER, type Picture, type PictureLayer } from '../picture/picture';
import type { Track } from '../picture/nouns';
import type { Delta } from '../protocol/frames';
import type { Theme } from '../theme/theme';
import { isValidSidc } from '../symbols/picture';
import { EntityLayer } from './entities/layer';
import { EntityStore } from './entities/store';
import { alarmed } from './alarmed';
import { copyDrawn, copyIn } from './copy';
import { bareMap } from './bare';
import { boundsOf } from './bounds';
import { drawImages } from './images';
import { LAYERS } from './layers';
import { gridLines, type Grid, viewOf } from './grid';
import { NorthArrow } from './north';
import { ABOVE, BELOW, STYLES } from './stack';
import { type Palette, PALETTES } from './palette';
import { Shown } from './shown';
import { Sources } from './sources';
import { refineBasemap } from './style';
import { MissionTiles } from './tiles';
import { Viewing } from './viewing';
import { accuracyOf, lineOf, pointsOf } from './marked';
import { repaint } from './paint';
import { type Picked, pickedAt } from './picked';
import { Pointer } from './pointer';
import { type MapTool, pixelsAMetre, type Place, placeOf } from './place';

maplibregl.setWorkerUrl(workerUrl);
// One may be busy with the land while the other draws the mission.
maplibregl.setWorkerCount(2);

const NO_TRACKS = { tracks: { upsert: [], remove: [] } };

export interface ChartWiring {
  container: HTMLElement;
  theme: Theme;
  grid: Grid;
  measures: Measures;
  /** The words for what the arrow says. */
  northIsUp: string;
  /** CSS pixels of each side that panels cover. */
  padding: { top: number; right: number; bottom: number; left: number };
  /** `adds`: to what is selected. */
  picked(what: Picked, adds: boolean): void;
  dragged(): void;
  boxed(isWithin: (place: Place) => boolean): void;
  pointed(lon: number, lat: number): void;
}

export class Chart {
  private readonly map: MapLibreMap;
  private readonly sources: Sources;
  private readonly store = new EntityStore(isValidSidc);
  private readonly entities: EntityLayer;
  private readonly scale = new maplibregl.ScaleControl({ maxWidth: 140 });
  readonly tiles: MissionTiles;
  readonly showing: Shown;
  readonly viewing: Viewing;
  private palette: Palette;
  private grid: Grid;
  private readonly pointer: Pointer;
  /** Whether the fine land has come. */
  isRefined = false;
  private ready = false;
  private framed = false;
  private pending: Picture | null = null;

  constructor(wiring: ChartWiring) {
    this.palette = PALETTES[wiring.theme];
    this.grid = wiring.grid;
    this.entities = new EntityLayer(this.store, this.palette);
    this.map = bareMap(wiring.container, this.palette);
    this.sources = new Sources(this.map);
    this.tiles = new MissionTiles(this.map, 'grid', () => this.palette);
    this.showing = new Shown(this.map, this.entities);
    this.map.setPadding(wiring.padding);
    this.map.addControl(this.scale, 'bottom-left');
    this.setMeasures(wiring.measures);
    this.map.addControl(new NorthArrow(wiring.northIsUp), 'bottom-left');
    // Not 'load': that waits for the whole basemap, and the picture must not.
    this.map.once('style.load', () => {
      this.compose();
    });
    this.map.once('load', () => {
      refineBasemap(this.map, 'grid', this.palette, () => {
        this.isRefined = true;
      });
      this.tiles.begin();
    });
    this.map.on('moveend', () => {
      this.drawGrid();
    });
    this.viewing = new Viewing(this.map, {
      dragged: wiring.dragged,
      boxed: wiring.boxed,
      isFree: () => this.pointer.isFree,
    });
    this.pointer = new Pointer(this.map, {
      at: (point) => (this.ready ? pickedAt(this.map, this.entities, point) : { kind: 'nothing' }),
      picked: wiring.picked,
      pointed: wiring.pointed,
      centre: () => this.centre(),
      metresAPixel: () => this.metresAPixel(),
    });
  }

  setTheme(theme: Theme): void {
    this.paint(PALETTES[theme]);
  }

  private paint(palette: Palette): void {
    this.palette = palette;
    this.entities.repaint(this.palette);
    if (!this.ready) return;
    drawImages(this.map, this.palette);
    repaint(
      this.map,
      STYLES.flatMap((styles) => styles(this.palette)),
    );
    this.tiles.repaint();
  }

  setGrid(grid: Grid): void {
    this.grid = grid;
    this.drawGrid();
  }

  setMeasures(measures: Measures): void {
    this.scale.setUnit(measures === 'feet' ? 'imperial' : measures);
  }

  /** Give clicks to a tool instead of to what lies beneath them; null gives them back. */
  use(tool: MapTool | null): void {
    this.pointer.use(tool);
  }

  /** The middle of what panels leave free. */
  centre(): Place {
    return placeOf(this.map.getCenter());
  }

  /** How many metres a pixel covers there. */
  metresAPixel(): number {
    return 1 / (pixelsAMetre(this.map.getCenter().lat) * 2 ** this.map.getZoom());
  }

  draw(what: 'evidence' | 'tool', features: FeatureCollection): void {
    this.sources.set(what, features);
  }

  /** Draw the whole picture, and frame the mission the first time that there is one. */
  replace(picture: Picture): void {
    this.store.replace(picture.tracks.values());
    this.pending = picture;
    this.drawLayers(picture, EVERY_LAYER);
    this.frame(picture);
  }

  change(
    picture: Picture,
    changed: ReadonlySet<PictureLayer>,
    { tracks, moves }: Pick<Delta, 'tracks' | 'moves'> = NO_TRACKS,
  ): void {
    this.pending = picture;
    if (changed.has('tracks')) {
      this.store.change(tracks.upsert, tracks.remove);
      if (moves) this.store.move(moves);
      this.map.triggerRepaint();
    }
    this.drawLayers(picture, changed);
    if (changed.has('features')) this.frame(picture);
  }

  select(track: Track | null): void {
    this.entities.selected = track?.id ?? null;
    this.sources.set('selected-accuracy', accuracyOf(track));
    this.map.triggerRepaint();
  }

  /** Draw where the selected track has been; an empty list takes the trail away. */
  trail(coordinates: [number, number][]): void {
    this.sources.set('selected-trail', lineOf(coordinates));
  }

  /** Ring one violation's place. */
  highlight(place: { lon: number; lat: number } | null): void {
    this.sources.set('selected-place', pointsOf(place ? [place] : []));
  }

  /** Mark all that is selected together. */
  ring(places: readonly Place[]): void {
    this.sources.set('selected-many', pointsOf(places));
  }

  /**
   * Bring an extent into view, degrees; nearer than a street is never asked for. `besidePx` of the map, where the
   * line begins, are covered for now.
   */
  flyOver([west, south, east, north]: [number, number, number, number], besidePx = 0): void {
    const side = document.dir === 'rtl' ? 'right' : 'left';
    const padding = { top: 90, right: 90, bottom: 90, left: 90, [side]: 90 + besidePx };
    this.map.fitBounds([west, south, east, north], { padding, maxZoom: 15, duration: 700 });
  }

  /** Whether it is not on its way somewhere. */
  get isStill(): boolean {
    return !this.map.isMoving();
  }

  flyTo(lon: number, lat: number): void {
    this.map.easeTo({ center: [lon, lat], duration: 400 });
  }

  zoomBy(steps: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + steps, duration: 200 });
  }

  showAll(): void {
    this.framed = false;
    if (this.pending) this.frame(this.pending);
  }

  get drawn(): Readonly<EntityLayer['drawn']> {
    return this.entities.drawn;
  }

  /** Where a place is on the screen, CSS pixels of the page. */
  screenOf(lon: number, lat: number): { x: number; y: number } {
    const { x, y } = this.map.project([lon, lat]);
    return { x, y };
  }

  /** Copy what is on the screen: at once, or in another theme as soon as all of it is drawn so. */
  async copy(into: HTMLCanvasElement, theme?: Theme): Promise<void> {
    if (!theme) return copyDrawn(this.map, into);
    await copyIn(PALETTES[theme], this.map, into, this.palette, (palette) => this.paint(palette));
  }

  remove(): void {
    this.map.remove();
  }

  private compose(): void {
    drawImages(this.map, this.palette);
    for (const styles of BELOW) this.sources.add(styles(this.palette));
    this.map.addLayer(this.entities);
    for (const styles of ABOVE) this.sources.add(styles(this.palette));
    this.ready = true;
    this.drawGrid();
    if (this.pending) this.replace(this.pending);
  }

  private drawLayers(picture: Picture, changed: ReadonlySet<PictureLayer>): void {
    if (changed.has('violations')) this.entities.alarmed = alarmed(picture);
    if (changed.has('mission')) this.store.setParties(picture.mission?.parties.map(({ id }) => id) ?? []);
    if (!this.ready) return;
    for (const layer of LAYERS) {
      if (!layer.reads.some((part) => changed.has(part))) continue;
      for (const [source, features] of Object.entries(layer.features(picture)))
        this.sources.set(source, features);
    }
    this.map.triggerRepaint();
  }

  private drawGrid(): void {
    if (this.ready) this.sources.set('grid', gridLines(this.grid, viewOf(this.map.getBounds())));
  }

  private frame(picture: Picture): void {
    if (this.framed || !this.ready) return;
    const bounds = boundsOf(picture);
    if (!bounds) return;
    this.framed = true;
    this.map.fitBounds(bounds, { padding: 40, duration: 0, maxZoom: 13 });
  }
}
