/** What the command palette finds for what is typed: places, tracks, features and actions. Knows no screen. */

import { gridReference } from '../format/place';
import { placeFrom, type Place } from '../format/read';
import { nameOf } from '../picture/names';
import type { Feature, Track } from '../picture/nouns';
import { say, wordFor } from '../words/words.svelte';

export interface Doable {
  title: string;
  /** As the key stands on the keyboard. */
  key: string | null;
  run(): void;
}

export interface Found {
  id: string;
  title: string;
  detail: string;
  chosen: { kind: 'track'; id: string } | { kind: 'place'; place: Place } | { kind: 'action'; run(): void };
}

export interface Field {
  tracks: Iterable<Track>;
  features: Iterable<Feature>;
  actions: readonly Doable[];
}

const TRACKS_SHOWN = 8;
const FEATURES_SHOWN = 6;

/** The best first: a place that was typed, then what begins with the words, then what holds them. */
export function find(typed: string, field: Field): Found[] {
  const text = typed.trim();
  const place = placeFrom(text);
  const found: Found[] = place ? [goTo(place)] : [];
  if (text !== '') {
    found.push(...best(field.tracks, text, namesOfTrack, TRACKS_SHOWN).map(trackFound));
    found.push(
      ...best(field.features, text, (each) => [each.properties.name], FEATURES_SHOWN).flatMap(featureFound),
    );
  }
  const actions =
    text === '' ? field.actions : best(field.actions, text, ({ title }) => [title], field.actions.length);
  return [...found, ...actions.map(actionFound)];
}

/** 0 for a whole match, 1 for a beginning, 2 for the beginning of a word, 3 inside; null for none. */
export function rank(name: string, text: string): number | null {
  const [where, what] = [name.toLowerCase(), text.toLowerCase()];
  const at = where.indexOf(what);
  if (at < 0) return null;
  if (where === what) return 0;
  if (at === 0) return 1;
  return /[\s\-_/.·]/.test(where.charAt(at - 1)) ? 2 : 3;
}

function best<T>(things: Iterable<T>, text: string, names: (thing: T) => string[], limit: number): T[] {
  const ranked: { thing: T; by: number; name: string }[] = [];
  for (const thing of things) {
    const all = names(thing);
    const ranks = all.map((name) => rank(name, text)).filter((each) => each !== null);
    if (ranks.length > 0) ranked.push({ thing, by: Math.min(...ranks), name: all[0] ?? '' });
  }
  ranked.sort((a, b) => a.by - b.by || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, limit).map(({ thing }) => thing);
}

function namesOfTrack(track: Track): string[] {
  return [nameOf(track) ?? track.id, track.id, ...track.sources.map(({ unit }) => unit)];
}

function trackFound(track: Track): Found {
  const sources = track.sources.map(({ contingent, unit }) => `${contingent} / ${unit}`).join(', ');
  return {
    id: `track-${track.id}`,
    title: nameOf(track) ?? track.id,
    detail: `${say('palette.track')} · ${sources}`,
    chosen: { kind: 'track', id: track.id },
  };
}

function featureFound(feature: Feature): Found[] {
  const place = middleOf(feature);
  if (!place) return [];
  const { name, kind } = feature.properties;
  return [
    {
      id: `feature-${feature.id}`,
      title: name,
      detail: wordFor('kind', kind),
      chosen: { kind: 'place', place },
    },
  ];
}

function actionFound({ title, key, run }: Doable): Found {
  return { id: `action-${title}`, title, detail: key ?? '', chosen: { kind: 'action', run } };
}

function goTo(place: Place): Found {
  const title = gridReference(place.lon, place.lat) ?? `${place.lat.toFixed(5)} ${place.lon.toFixed(5)}`;
  return {
    id: 'place',
    title: say('palette.goTo', { place: title }),
    detail: say('palette.place'),
    chosen: { kind: 'place', place },
  };
}

/** A point of the feature near its middle: the middle one of its own. */
function middleOf({ geometry }: Feature): Place | null {
  const points: [number, number][] = [];
  const gather = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    const [lon, lat]: unknown[] = coordinates;
    if (typeof lon === 'number' && typeof lat === 'number') points.push([lon, lat]);
    else coordinates.forEach(gather);
  };
  if ('coordinates' in geometry) gather(geometry.coordinates);
  const middle = points[Math.floor(points.length / 2)];
  return middle ? { lon: middle[0], lat: middle[1] } : null;
}
