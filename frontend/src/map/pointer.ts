/** What clicks and drags on the map do: they pick what lies there, unless a tool has taken them. */

import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent, Point } from 'maplibre-gl';
import type { Picked } from './picked';
import { type MapTool, type Place, placeOf } from './place';

/** How near to a handle of a tool a finger or a pointer has to come, CSS pixels. */
const HANDLE_PX = 12;

interface Hears {
  at(point: Point): Picked;
  picked(what: Picked, adds: boolean): void;
  pointed(lon: number, lat: number): void;
  centre(): Place;
  metresAPixel(): number;
}

export class Pointer {
  private tool: MapTool | null = null;
  private drags = false;

  constructor(
    private readonly map: MapLibreMap,
    private readonly hears: Hears,
  ) {
    map.on('click', ({ lngLat, point, originalEvent }) => {
      if (this.tool) this.tool.placed(placeOf(lngLat), HANDLE_PX * hears.metresAPixel());
      else hears.picked(hears.at(point), originalEvent.shiftKey);
    });
    map.on('dblclick', () => this.tool?.finished());
    map.on('mousedown', (event) => {
      this.grab(event);
    });
    map.on('touchstart', (event) => {
      if (event.points.length === 1) this.grab(event);
    });
    map.on('touchmove', ({ lngLat }) => {
      if (this.drags) this.tool?.moved(placeOf(lngLat));
    });
    for (const end of ['mouseup', 'touchend', 'touchcancel'] as const)
      map.on(end, () => {
        this.drop();
      });
    // The arrows move the map under the tool: its point is the middle of what is seen.
    map.on('move', ({ originalEvent }) => {
      if (originalEvent instanceof KeyboardEvent) this.tool?.moved(hears.centre());
    });
    map.on('mousemove', ({ lngLat, point }) => {
      hears.pointed(lngLat.lng, lngLat.lat);
      this.tool?.moved(placeOf(lngLat));
      const free = () => (hears.at(point).kind === 'nothing' ? '' : 'pointer');
      map.getCanvas().style.cursor = this.drags ? 'grabbing' : this.tool ? 'crosshair' : free();
    });
  }

  /** Whether no tool has taken it. */
  get isFree(): boolean {
    return this.tool === null;
  }

  /** Give clicks to a tool instead of to what lies beneath them; null gives them back. */
  use(tool: MapTool | null): void {
    this.drop();
    this.tool = tool;
    this.map.getCanvas().style.cursor = tool ? 'crosshair' : '';
    if (tool) this.map.doubleClickZoom.disable();
    else this.map.doubleClickZoom.enable();
  }

  /** What the tool takes hold of is moved, and not the map. */
  private grab(event: MapMouseEvent | MapTouchEvent): void {
    this.drags = this.tool?.grabbed?.(placeOf(event.lngLat), HANDLE_PX * this.hears.metresAPixel()) ?? false;
    if (this.drags) event.preventDefault();
  }

  private drop(): void {
    if (!this.drags) return;
    this.drags = false;
    this.tool?.dropped?.();
  }
}
