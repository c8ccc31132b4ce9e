/** What is said of tracks that are selected together. Pure. */

import { gridReference } from '../format/place';
import { instantOf, zulu } from '../format/instant';
import type { Place } from '../map/place';
import { nameOf } from '../picture/names';
import type { Track } from '../picture/nouns';

/** West, south, east, north in degrees; over the antimeridian where that is the shorter way. Null for nothing. */
export function extentOf(places: readonly Place[]): [number, number, number, number] | null {
  const [first] = places;
  if (!first) return null;
  const lons = places.map(({ lon }) => lon - Math.round((lon - first.lon) / 360) * 360);
  const lats = places.map(({ lat }) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** How many there are of each, the most first. */
export function counted(names: readonly string[]): { name: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, n]) => ({ name, n }))
    .sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
}

interface Wording {
  party(id: string): string;
  platform(code: string | null): string;
}

/** A line a track, with tabs between, as spreadsheets and messages take it: name, party, kind, place, Zulu time. */
export function asText(tracks: readonly Track[], wording: Wording): string {
  return tracks
    .map((track) =>
      [
        nameOf(track) ?? track.id,
        wording.party(track.party),
        wording.platform(track.platform),
        gridReference(track.lon, track.lat) ?? `${track.lat.toFixed(5)} ${track.lon.toFixed(5)}`,
        zulu(instantOf(track.observed_at) ?? 0),
      ].join('\t'),
    )
    .join('\n');
}
