/** Keeps the selected track, or all that is selected together, in the middle of the map, until the officer moves it. */

import type { Place } from './map/place';
import { extentOf } from './selection/picks';

interface Ground {
  viewing: { keep(place: Place): void };
}

export type FollowedKind = 'track' | 'selection';

export class Following {
  what = $state<FollowedKind | null>(null);
  private last: Place | null = null;

  constructor(private readonly ground: () => Ground | null) {}

  toggle(what: FollowedKind): void {
    this.what = this.what === what ? null : what;
    this.last = null;
  }

  stop(): void {
    this.what = null;
  }

  /** Call whenever they may have moved. What is gone is followed no more. */
  look(track: Place | null, selection: readonly Place[]): void {
    if (this.what === null) return;
    const extent = extentOf(this.what === 'track' ? (track ? [track] : []) : selection);
    if (!extent) {
      this.stop();
      return;
    }
    const [west, south, east, north] = extent;
    const middle = { lon: (west + east) / 2, lat: (south + north) / 2 };
    if (this.last?.lon === middle.lon && this.last.lat === middle.lat) return;
    this.last = middle;
    this.ground()?.viewing.keep(middle);
  }
}
