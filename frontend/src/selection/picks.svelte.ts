/** The tracks that are selected together, by a box or one by one; as they are now. */

import type { Place } from '../map/place';
import { nameOf } from '../picture/names';
import type { Track } from '../picture/nouns';
import { extentOf } from './picks';

interface Ground {
  ring(places: readonly Place[]): void;
  flyOver(extent: [number, number, number, number]): void;
}

export class Picks {
  /** By name. */
  tracks = $state.raw<readonly Track[]>([]);
  private ids = new Set<string>();

  constructor(
    private readonly ground: () => Ground | null,
    private readonly all: () => ReadonlyMap<string, Track>,
  ) {}

  toggle(id: string): void {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.look();
  }

  /** Add all that is within. */
  box(isWithin: (place: Place) => boolean): void {
    for (const track of this.all().values()) if (isWithin(track)) this.ids.add(track.id);
    this.look();
  }

  clear(): void {
    this.ids.clear();
    this.look();
  }

  fit(): void {
    const extent = extentOf(this.tracks);
    if (extent) this.ground()?.flyOver(extent);
  }

  /** Call whenever tracks may have moved. One that is gone comes back with its track. */
  look(): void {
    if (this.ids.size === 0 && this.tracks.length === 0) return;
    const all = this.all();
    const named = (track: Track) => nameOf(track) ?? track.id;
    this.tracks = [...this.ids]
      .flatMap((id) => all.get(id) ?? [])
      .sort((a, b) => named(a).localeCompare(named(b)));
    this.ground()?.ring(this.tracks);
  }
}
