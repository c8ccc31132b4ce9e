/** A map's drawing on another canvas. */

import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from './palette';

const LONGEST_MS = 10_000;

export function copyDrawn(map: MapLibreMap, into: HTMLCanvasElement): void {
  // WebGL keeps what it drew until the page is next shown, and no longer.
  const drawn = map.redraw().getCanvas();
  [into.width, into.height] = [drawn.width, drawn.height];
  into.getContext('2d')?.drawImage(drawn, 0, 0);
}

/** Copy the map as it is in other colours, out of sight: day's light would blind who sits in the dark. */
export async function copyIn(
  palette: Palette,
  map: MapLibreMap,
  into: HTMLCanvasElement,
  own: Palette,
  paint: (palette: Palette) => void,
): Promise<void> {
  const { style } = map.getContainer();
  style.visibility = 'hidden';
  await settled(map, () => {
    paint(palette);
  });
  copyDrawn(map, into);
  void settled(map, () => {
    paint(own);
  }).then(() => (style.visibility = ''));
}

/** Until what was drawn before a change is drawn again after it: what has not come yet is not waited for. */
async function settled(map: MapLibreMap, change: () => void): Promise<void> {
  const drawn = Object.keys(map.getStyle().sources).filter((id) => map.isSourceLoaded(id));
  change();
  const until = Date.now() + LONGEST_MS;
  do {
    map.triggerRepaint();
    await map.once('render');
  } while (Date.now() < until && !drawn.every((id) => map.isSourceLoaded(id)));
}
