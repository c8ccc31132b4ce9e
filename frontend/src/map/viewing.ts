/** What part of the ground the map shows, and who moves it: the officer's hand, or what he follows. */

import type { Map as MapLibreMap, Point } from 'maplibre-gl';
import { type Place, placeOf } from './place';

export interface View extends Place {
  zoom: number;
}

interface Hears {
  /** The officer has moved the map himself. */
  dragged(): void;
  /** He has drawn a box, and asks of places whether they are within. */
  boxed(isWithin: (place: Place) => boolean): void;
  /** Whether the pointer is not a tool's. */
  isFree(): boolean;
}

/** What follows moves on with each publication of the panels: this bridges from one to the next. */
const KEEP_MS = 300;
const GO_MS = 600;

export class Viewing {
  constructor(
    private readonly map: MapLibreMap,
    private readonly hears: Hears,
  ) {
    map.on('dragstart', () => {
      hears.dragged();
    });
    map.on('movestart', ({ originalEvent }) => {
      if (originalEvent instanceof KeyboardEvent) hears.dragged();
    });
    // The shift key and a drag select here; MapLibre would zoom.
    map.boxZoom.disable();
    map.on('mousedown', (event) => {
      if (!event.originalEvent.shiftKey || !hears.isFree()) return;
      event.preventDefault();
      this.drawBox(event.point);
    });
  }

  now(): View {
    return { ...placeOf(this.map.getCenter()), zoom: this.map.getZoom() };
  }

  go({ lon, lat, zoom }: View): void {
    this.map.easeTo({ center: [lon, lat], zoom, duration: GO_MS });
  }

  /** Bring a place that moves into the middle, and leave the zoom to the officer. */
  keep({ lon, lat }: Place): void {
    this.map.easeTo({ center: [lon, lat], duration: KEEP_MS, easing: (share) => share });
  }

  private drawBox(start: Point): void {
    const drawn = document.createElement('div');
    drawn.className = 'selection-box';
    const canvas = this.map.getCanvas();
    const box = { left: start.x, top: start.y, width: 0, height: 0 };
    const follow = ({ clientX, clientY }: MouseEvent) => {
      const { left, top } = canvas.getBoundingClientRect();
      const [x, y] = [clientX - left, clientY - top];
      box.left = Math.min(x, start.x);
      box.top = Math.min(y, start.y);
      box.width = Math.abs(x - start.x);
      box.height = Math.abs(y - start.y);
      for (const side of ['left', 'top', 'width', 'height'] as const) drawn.style[side] = `${box[side]}px`;
      this.map.getContainer().append(drawn);
    };
    const end = () => {
      window.removeEventListener('mousemove', follow);
      drawn.remove();
      if (box.width + box.height === 0) return;
      this.hears.boxed((place) => {
        const { x, y } = this.map.project([place.lon, place.lat]);
        const [right, bottom] = [x - box.left, y - box.top];
        return right >= 0 && right <= box.width && bottom >= 0 && bottom <= box.height;
      });
    };
    window.addEventListener('mousemove', follow);
    window.addEventListener('mouseup', end, { once: true });
  }
}
