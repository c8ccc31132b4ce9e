/** The tracks as a table: rows, a search over them, and their order. Knows no screen. */

import { instantOf } from '../format/instant';
import type { TrackStatus } from '../protocol/frames';
import { nameOf } from './names';
import type { Track } from './nouns';

export interface UnitRow {
  id: string;
  name: string;
  contingent: string;
  party: string;
  /** In words. */
  platform: string;
  status: TrackStatus;
  observedMs: number;
  lon: number;
  lat: number;
  /** All that a search looks through, in lower case. */
  text: string;
}

export type Column = 'name' | 'contingent' | 'party' | 'platform' | 'status' | 'age';

export interface UnitWords {
  party(id: string): string;
  platform(code: string): string;
}

const BY_FRESHNESS: readonly TrackStatus[] = ['live', 'stale', 'lost'];

export function unitRows(tracks: Iterable<Track>, words: UnitWords): UnitRow[] {
  return Array.from(tracks, (track) => {
    const row = {
      id: track.id,
      name: nameOf(track) ?? '',
      contingent: [...new Set(track.sources.map(({ contingent }) => contingent))].join(', '),
      party: words.party(track.party),
      platform: track.platform === null ? '' : words.platform(track.platform),
      status: track.status,
      observedMs: instantOf(track.observed_at) ?? 0,
      lon: track.lon,
      lat: track.lat,
    };
    const units = track.sources.map(({ unit }) => unit).join(' ');
    const text = `${row.name} ${units} ${row.contingent} ${row.party} ${row.platform} ${row.id}`;
    return { ...row, text: text.toLowerCase() };
  });
}

/** The rows in which every word of the search stands. */
export function fitting(rows: readonly UnitRow[], search: string): UnitRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ text }) => words.every((word) => text.includes(word)));
}

/** Sorted by a column, ties by name and id, so that rows do not swap by themselves. */
export function sorted(rows: readonly UnitRow[], column: Column, descending: boolean): UnitRow[] {
  const inOrder = new Intl.Collator(undefined, { numeric: true });
  const compared = (a: UnitRow, b: UnitRow): number => {
    if (column === 'age') return b.observedMs - a.observedMs;
    if (column === 'status') return BY_FRESHNESS.indexOf(a.status) - BY_FRESHNESS.indexOf(b.status);
    return inOrder.compare(a[column], b[column]);
  };
  const sign = descending ? -1 : 1;
  return [...rows].sort(
    (a, b) => sign * compared(a, b) || inOrder.compare(a.name, b.name) || (a.id < b.id ? -1 : 1),
  );
}

/** The rows that a scrolled window shows, and a few either side of them. Heights are CSS pixels. */
export function windowOf(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
): { from: number; to: number } {
  const spare = 6;
  const from = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - spare);
  return { from, to: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + spare) };
}
