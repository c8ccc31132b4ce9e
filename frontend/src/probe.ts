/**
 * `window.__accord`: what the screen shows, for browser tests to read. What WebGL draws leaves nothing in the document,
 * so without it a test could only compare pixels. It is read-only and tells nothing that the log-in may not see.
 */

import type { Chart } from './map/chart';
import { featuresInForce } from './picture/picture';
import type { Watch } from './watch.svelte';

export interface Probe {
  readonly trackCount: number;
  readonly linkState: string;
  readonly epoch: string | null;
  readonly seq: number;
  readonly symbolsDrawn: number;
  readonly labelsDrawn: number;
  readonly drawMs: number;
  /** The violation whose evidence is drawn. */
  readonly evidenceOf: string | null;
  /** Of the mission's own base map. */
  readonly tileFeatures: number;
  readonly violations: { id: string; status: string; assessment: string; revision: number }[];
  /** Where a track is, degrees, and where that lies on the page, CSS pixels. */
  position(id: string): { lon: number; lat: number; x: number; y: number } | null;
  trackIds(): string[];
  /** Whether the map is not on its way somewhere. */
  readonly isStill: boolean;
  /** Whether the base map is as fine as it gets. */
  readonly isRefined: boolean;
  /** The names of the features on the map. */
  readonly features: string[];
  /** Where a place lies on the page, CSS pixels. */
  screenOf(lon: number, lat: number): { x: number; y: number };
}

declare global {
  interface Window {
    __accord?: Probe;
  }
}

export function installProbe(watch: Watch, chart: Chart | null): void {
  const screenOf = (lon: number, lat: number) => chart?.screenOf(lon, lat) ?? { x: 0, y: 0 };
  window.__accord = Object.freeze<Probe>({
    get trackCount() {
      return watch.shown.tracks.size;
    },
    get linkState() {
      return watch.link.state;
    },
    get epoch() {
      return watch.picture.epoch;
    },
    get seq() {
      return watch.picture.seq;
    },
    get symbolsDrawn() {
      return chart?.drawn.symbols ?? 0;
    },
    get labelsDrawn() {
      return chart?.drawn.labels ?? 0;
    },
    get drawMs() {
      return chart?.drawn.ms ?? 0;
    },
    get tileFeatures() {
      return chart?.tiles.seen ?? 0;
    },
    get evidenceOf() {
      return watch.evidence.of;
    },
    get violations() {
      return [...watch.picture.violations.values()].map(({ id, status, assessment, revision }) => ({
        id,
        status,
        assessment: assessment.state,
        revision,
      }));
    },
    position(id: string) {
      const track = watch.shown.tracks.get(id);
      return track ? { lon: track.lon, lat: track.lat, ...screenOf(track.lon, track.lat) } : null;
    },
    trackIds: () => [...watch.shown.tracks.keys()],
    get isRefined() {
      return chart?.isRefined ?? true;
    },
    get isStill() {
      return chart?.isStill ?? true;
    },
    get features() {
      return featuresInForce(watch.shown).map(({ properties }) => properties.name);
    },
    screenOf,
  });
}
