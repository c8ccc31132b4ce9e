/** The map itself: MapLibre with our layers, told what changed. The only public face of this folder. */

import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { FeatureCollection } from 'geojson';
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import type { Picture, PictureLayer } from '../picture/picture';
import type { Track } from '../picture/nouns';
import { isValidSidc } from '../symbols/picture';
import { EntityLayer } from './entities/layer';
import { EntityStore } from './entities/store';
import { boundsOf } from './bounds';
import { graticule } from './graticule';
import { addImages } from './images';
import { ABOVE_ENTITIES, BELOW_ENTITIES, LAYERS } from './layers';
import { collection, type MapLayer } from './layers/layer';
import { GRID_STYLES, SELECTION_STYLES } from './overlays';
import { basemap, refineBasemap } from './style';
import { circle } from './geometry';

maplibregl.setWorkerUrl(workerUrl);
// One may be busy with the land while the other draws the mission.
maplibregl.setWorkerCount(2);

export type Picked =
  | { kind: 'track'; id: string }
  | { kind: 'violation'; id: string }
  | { kind: 'incident'; id: string }
  | { kind: 'nothing' };

export interface ChartWiring {
  container: HTMLElement;
  /** CSS pixels of each side that panels cover. */
  padding: { top: number; right: number; bottom: number; left: number };
  picked(what: Picked): void;
  pointed(lon: number, lat: number): void;
}

export class Chart {
  private readonly map: MapLibreMap;
  private readonly store = new EntityStore(isValidSidc);
  private readonly entities = new EntityLayer(this.store);
  private ready = false;
  private framed = false;
  private pending: Picture | null = null;

  constructor(wiring: ChartWiring) {
    this.map = new maplibregl.Map({
      container: wiring.container,
      style: basemap(),
      center: [20, 30],
      zoom: 2,
      maxZoom: 18,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      canvasContextAttributes: { antialias: true },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.setPadding(wiring.padding);
    this.map.addControl(new maplibregl.ScaleControl({ maxWidth: 140 }), 'bottom-left');
    // Not 'load': that waits for the whole basemap, and the picture must not.
    this.map.once('style.load', () => {
      this.compose();
    });
    this.map.once('load', () => {
      refineBasemap(this.map, 'grid');
    });
    this.map.on('moveend', () => {
      this.drawGrid();
    });
    this.map.on('click', (event) => {
      wiring.picked(this.at(event.point));
    });
    this.map.on('mousemove', (event) => {
      wiring.pointed(event.lngLat.lng, event.lngLat.lat);
      this.map.getCanvas().style.cursor = this.at(event.point).kind === 'nothing' ? '' : 'pointer';
    });
  }

  /** Draw the whole picture, and frame the mission the first time that there is one. */
  replace(picture: Picture): void {
    this.store.replace(picture.tracks.values());
    this.pending = picture;
    this.drawLayers(picture, new Set(['features', 'mission', 'incidents', 'violations']));
    this.frame(picture);
  }

  change(
    picture: Picture,
    changed: ReadonlySet<PictureLayer>,
    upsert: readonly Track[],
    remove: readonly string[],
  ): void {
    this.pending = picture;
    if (changed.has('tracks')) {
      this.store.change(upsert, remove);
      this.map.triggerRepaint();
    }
    this.drawLayers(picture, changed);
    if (changed.has('features')) this.frame(picture);
  }

  select(track: Track | null): void {
    this.entities.selected = track?.id ?? null;
    const accuracyM = track?.accuracy_m ?? 0;
    const ring =
      track && accuracyM > 0
        ? [{ type: 'Feature' as const, properties: {}, geometry: circle(track.lon, track.lat, accuracyM) }]
        : [];
    this.set('selected-accuracy', collection(ring));
    this.map.triggerRepaint();
  }

  /** Draw where the selected track has been; an empty list takes the trail away. */
  trail(coordinates: [number, number][]): void {
    const line = { type: 'LineString' as const, coordinates };
    this.set(
      'selected-trail',
      collection(coordinates.length > 1 ? [{ type: 'Feature', properties: {}, geometry: line }] : []),
    );
  }

  /** Ring one violation's place and fly there. */
  highlight(place: { lon: number; lat: number } | null, fly: boolean): void {
    const point = place && { type: 'Point' as const, coordinates: [place.lon, place.lat] };
    this.set(
      'selected-place',
      collection(point ? [{ type: 'Feature', properties: {}, geometry: point }] : []),
    );
    if (place && fly) {
      this.map.flyTo({
        center: [place.lon, place.lat],
        zoom: Math.max(this.map.getZoom(), 11.5),
        duration: 700,
      });
    }
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

  resize(padding: ChartWiring['padding']): void {
    this.map.setPadding(padding);
  }

  get drawn(): Readonly<EntityLayer['drawn']> {
    return this.entities.drawn;
  }

  /** Where a place is on the screen, CSS pixels of the page. */
  screenOf(lon: number, lat: number): { x: number; y: number } {
    const { x, y } = this.map.project([lon, lat]);
    return { x, y };
  }

  remove(): void {
    this.map.remove();
  }

  private compose(): void {
    addImages(this.map);
    for (const id of ['grid', 'selected-accuracy', 'selected-trail', 'selected-place']) this.addSource(id);
    for (const style of GRID_STYLES) this.map.addLayer(style);
    for (const layer of BELOW_ENTITIES) this.addLayer(layer);
    for (const style of SELECTION_STYLES) this.map.addLayer(style);
    this.map.addLayer(this.entities);
    for (const layer of ABOVE_ENTITIES) this.addLayer(layer);
    this.ready = true;
    this.drawGrid();
    if (this.pending) this.replace(this.pending);
  }

  private addLayer(layer: MapLayer): void {
    for (const style of layer.styles) {
      if ('source' in style && typeof style.source === 'string') this.addSource(style.source);
      this.map.addLayer(style);
    }
  }

  private addSource(id: string): void {
    if (!this.map.getSource(id)) this.map.addSource(id, { type: 'geojson', data: collection([]) });
  }

  private drawLayers(picture: Picture, changed: ReadonlySet<PictureLayer>): void {
    if (!this.ready) return;
    for (const layer of LAYERS) {
      if (!layer.reads.some((part) => changed.has(part))) continue;
      for (const [source, features] of Object.entries(layer.features(picture))) this.set(source, features);
    }
    this.map.triggerRepaint();
  }

  private set(source: string, features: FeatureCollection): void {
    this.map.getSource<GeoJSONSource>(source)?.setData(features);
  }

  private drawGrid(): void {
    if (!this.ready) return;
    const bounds = this.map.getBounds();
    const [west, south, east, north] = [
      bounds.getWest(),
      bounds.getSouth(),
      bounds.getEast(),
      bounds.getNorth(),
    ];
    this.set('grid', graticule({ west, south, east, north }));
  }

  private frame(picture: Picture): void {
    if (this.framed || !this.ready) return;
    const bounds = boundsOf(picture);
    if (!bounds) return;
    this.framed = true;
    this.map.fitBounds(bounds, { padding: 40, duration: 0, maxZoom: 13 });
  }

  private at(point: maplibregl.Point): Picked {
    const reach = 6;
    const box: [maplibregl.PointLike, maplibregl.PointLike] = [
      [point.x - reach, point.y - reach],
      [point.x + reach, point.y + reach],
    ];
    for (const kind of ['violation', 'incident'] as const) {
      if (!this.ready) break;
      const id: unknown = this.map.queryRenderedFeatures(box, { layers: [`${kind}s`] })[0]?.properties['id'];
      if (typeof id === 'string') return { kind, id };
    }
    const id = this.entities.pick(point.x, point.y);
    return id === null ? { kind: 'nothing' } : { kind: 'track', id };
  }
}
