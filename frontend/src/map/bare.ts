/** The map before anything of ours is on it: north up, land and sea, nothing to turn it by. */

import { Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from './palette';
import { basemap } from './style';

/** Throws where the browser has no WebGL 2. */
export function bareMap(container: HTMLElement, palette: Palette): MapLibreMap {
  const map = new MapLibreMap({
    container,
    style: basemap(palette),
    center: [20, 30],
    zoom: 2,
    maxZoom: 18,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
    maxPitch: 0,
  });
  map.once('style.load', () => {
    withoutSky(map);
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}

/** MapLibre shades a sky in each frame, pixel by pixel, of which none is ever seen by who looks straight down. */
function withoutSky({ style }: MapLibreMap): void {
  Object.assign(style.sky, { getEvaluated: () => undefined });
}
