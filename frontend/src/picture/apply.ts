/** Folds a server frame into the picture and says what changed. Proves continuity or refuses; draws nothing. */

import type { Changes, Delta, Moves, ServerFrame, Snapshot } from '../protocol/frames';
import type { Feature, Track, Violation } from './nouns';
import { EVERY_LAYER, isInForce, type Picture, type PictureLayer } from './picture';

export type Applied =
  /** The frame is in; `changed` are the layers it touched, `news` the violations whose revision is new to us. */
  | { kind: 'applied'; changed: ReadonlySet<PictureLayer>; news: Violation[] }
  /** The frame does not follow from what we hold: only a snapshot helps. */
  | { kind: 'gap'; expected: number; got: number };

const NOTHING: ReadonlySet<PictureLayer> = new Set();

/** Change `picture` in place by `frame`. A refused frame changes nothing. */
export function apply(picture: Picture, frame: ServerFrame): Applied {
  switch (frame.type) {
    case 'ping':
      picture.lagS = frame.lag_s;
      return { kind: 'applied', changed: passTime(picture, frame.at), news: [] };
    case 'snapshot':
      return takeSnapshot(picture, frame);
    case 'resumed':
      if (!follows(picture, frame)) return gap(picture, frame);
      picture.seq = frame.seq;
      return { kind: 'applied', changed: passTime(picture, frame.at), news: [] };
    case 'delta':
      return follows(picture, frame) ? takeDelta(picture, frame) : gap(picture, frame);
    case 'violation':
      if (frame.seq !== picture.seq + 1) return gap(picture, frame);
      picture.seq = frame.seq;
      return takeViolations(picture, [frame.violation]);
  }
}

function follows(picture: Picture, frame: { epoch: string; seq: number }): boolean {
  return frame.epoch === picture.epoch && frame.seq === picture.seq + 1;
}

function gap(picture: Picture, frame: { epoch?: string; seq: number }): Applied {
  return { kind: 'gap', expected: picture.seq + 1, got: frame.seq };
}

function takeSnapshot(picture: Picture, frame: Snapshot): Applied {
  const known = picture.violations;
  picture.epoch = frame.epoch;
  picture.seq = frame.seq;
  picture.lagS = frame.lag_s;
  picture.mission = frame.mission;
  picture.completeAt = Date.parse(frame.at);
  picture.tracks = byId(frame.tracks);
  picture.incidents = byId(frame.incidents);
  picture.violations = byId(frame.violations);
  picture.features = new Map();
  mergeFeatures(picture, { upsert: frame.features, remove: [] });
  picture.feeds = byId(frame.feeds);
  const news = [...picture.violations.values()].filter((v) => isNews(known.get(v.id), v));
  return { kind: 'applied', changed: EVERY_LAYER, news };
}

function takeDelta(picture: Picture, frame: Delta): Applied {
  picture.seq = frame.seq;
  const changed = new Set(passTime(picture, frame.at));
  for (const part of mergeTracks(picture.tracks, frame)) changed.add(part);
  if (merge(picture.incidents, frame.incidents)) changed.add('incidents');
  if (mergeFeatures(picture, frame.features)) changed.add('features');
  if (merge(picture.feeds, frame.feeds)) changed.add('feeds');
  if (frame.mission) {
    picture.mission = frame.mission;
    changed.add('mission');
  }
  const told = takeViolations(picture, frame.violations?.upsert ?? []);
  for (const id of frame.violations?.remove ?? []) picture.violations.delete(id);
  if (frame.violations) changed.add('violations');
  return { kind: 'applied', changed, news: told.kind === 'applied' ? told.news : [] };
}

/** A revision we already hold, or an older one, is told once only: it is neither stored nor news. */
function takeViolations(picture: Picture, told: Violation[]): Applied {
  const news: Violation[] = [];
  for (const violation of told) {
    if (!isNews(picture.violations.get(violation.id), violation)) continue;
    picture.violations.set(violation.id, violation);
    news.push(violation);
  }
  return { kind: 'applied', changed: news.length ? new Set(['violations']) : NOTHING, news };
}

function isNews(known: Violation | undefined, told: Violation): boolean {
  return known === undefined || told.revision > known.revision;
}

function merge<T extends { id: string }>(
  held: Map<string, T>,
  changes: Changes<T> | null | undefined,
): boolean {
  if (!changes) return false;
  for (const item of changes.upsert) held.set(item.id, item);
  for (const id of changes.remove) held.delete(id);
  return changes.upsert.length + changes.remove.length > 0;
}

/** Put in what is new, and what only moved as new objects: nobody holds a track that changes under his hands. */
function mergeTracks(held: Map<string, Track>, { tracks, moves }: Delta): PictureLayer[] {
  const looked = (id: string) => looks(held.get(id));
  let sensors = tracks.remove.some(looked) || tracks.upsert.some((track) => looks(track) || looked(track.id));
  const merged = merge(held, tracks);
  for (const [i, id] of (moves?.id ?? []).entries()) {
    const track = held.get(id);
    if (!moves || !track) continue;
    held.set(id, movedOn(track, moves, i));
    sensors ||= looks(track);
  }
  return sensors ? ['tracks', 'sensors'] : merged || moves ? ['tracks'] : [];
}

function looks(track: Track | undefined): boolean {
  return Boolean(track?.drone?.sensor?.footprint);
}

function movedOn(track: Track, moves: Moves, i: number): Track {
  return {
    ...track,
    lon: moves.lon[i] ?? track.lon,
    lat: moves.lat[i] ?? track.lat,
    observed_at: moves.observed_at[i] ?? track.observed_at,
    received_at: moves.received_at[i] ?? track.received_at,
    altitude_m: moves.altitude_m?.[i] ?? null,
    course_deg: moves.course_deg?.[i] ?? null,
    speed_m_s: moves.speed_m_s?.[i] ?? null,
    accuracy_m: moves.accuracy_m?.[i] ?? null,
    status: moves.status?.[i] ?? 'live',
    flags: moves.flags?.[i] ?? NO_FLAGS,
  };
}

const NO_FLAGS: string[] = [];

function byId<T extends { id: string }>(items: T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

/** All versions of a feature are told together. */
function mergeFeatures(picture: Picture, changes: Changes<Feature> | null | undefined): boolean {
  if (!changes) return false;
  for (const id of changes.remove) picture.features.delete(id);
  for (const feature of changes.upsert) picture.features.delete(feature.id);
  for (const feature of changes.upsert) {
    const versions = picture.features.get(feature.id);
    if (versions) versions.push(feature);
    else picture.features.set(feature.id, [feature]);
  }
  return changes.upsert.length + changes.remove.length > 0;
}

/** Move the picture's clock; features change when the time of a version begins or ends. */
function passTime(picture: Picture, at: string): ReadonlySet<PictureLayer> {
  const before = picture.completeAt;
  const now = Date.parse(at);
  picture.completeAt = now;
  if (before === null) return NOTHING;
  const turned = [...picture.features.values()]
    .flat()
    .some((feature) => isInForce(feature, before) !== isInForce(feature, now));
  return turned ? new Set(['features']) : NOTHING;
}
