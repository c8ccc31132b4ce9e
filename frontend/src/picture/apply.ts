/** Folds a server frame into the picture and says what changed. Proves continuity or refuses; draws nothing. */

import type { Changes, Delta, ServerFrame, Snapshot } from '../protocol/frames';
import type { Violation } from './nouns';
import type { Picture, PictureLayer } from './picture';

export type Applied =
  /** The frame is in; `changed` are the layers it touched, `news` the violations whose revision is new to us. */
  | { kind: 'applied'; changed: ReadonlySet<PictureLayer>; news: Violation[] }
  /** The frame does not follow from what we hold: only a snapshot helps. */
  | { kind: 'gap'; expected: string; got: string };

const NOTHING: ReadonlySet<PictureLayer> = new Set();
const ALL: ReadonlySet<PictureLayer> = new Set(['tracks', 'incidents', 'violations', 'features', 'feeds', 'mission']);

/** Change `picture` in place by `frame`. A refused frame changes nothing. */
export function apply(picture: Picture, frame: ServerFrame): Applied {
  switch (frame.type) {
    case 'ping':
      picture.lagS = frame.lag_s;
      setClock(picture, frame.at);
      return { kind: 'applied', changed: NOTHING, news: [] };
    case 'snapshot':
      return takeSnapshot(picture, frame);
    case 'resumed':
      if (frame.epoch !== picture.epoch) return gap(picture, `${frame.epoch}/${frame.seq}`);
      setClock(picture, frame.at);
      return { kind: 'applied', changed: NOTHING, news: [] };
    case 'delta':
      if (frame.epoch !== picture.epoch || frame.seq !== picture.seq + 1) {
        return gap(picture, `${frame.epoch}/${frame.seq}`);
      }
      return takeDelta(picture, frame);
    case 'violation':
      if (frame.seq !== picture.seq + 1) return gap(picture, `${frame.seq}`);
      picture.seq = frame.seq;
      return takeViolations(picture, [frame.violation]);
  }
}

function gap(picture: Picture, got: string): Applied {
  return { kind: 'gap', expected: `${picture.epoch ?? 'none'}/${picture.seq + 1}`, got };
}

function takeSnapshot(picture: Picture, frame: Snapshot): Applied {
  const known = picture.violations;
  picture.epoch = frame.epoch;
  picture.seq = frame.seq;
  picture.lagS = frame.lag_s;
  picture.mission = frame.mission;
  setClock(picture, frame.at);
  picture.tracks = byId(frame.tracks);
  picture.incidents = byId(frame.incidents);
  picture.violations = byId(frame.violations);
  picture.features = byId(frame.features);
  picture.feeds = byId(frame.feeds);
  const news = [...picture.violations.values()].filter((v) => isNews(known.get(v.id), v));
  return { kind: 'applied', changed: ALL, news };
}

function takeDelta(picture: Picture, frame: Delta): Applied {
  picture.seq = frame.seq;
  setClock(picture, frame.at);
  const changed = new Set<PictureLayer>();
  if (merge(picture.tracks, frame.tracks)) changed.add('tracks');
  if (merge(picture.incidents, frame.incidents)) changed.add('incidents');
  if (merge(picture.features, frame.features)) changed.add('features');
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

function merge<T extends { id: string }>(held: Map<string, T>, changes: Changes<T> | null | undefined): boolean {
  if (!changes) return false;
  for (const item of changes.upsert) held.set(item.id, item);
  for (const id of changes.remove) held.delete(id);
  return changes.upsert.length + changes.remove.length > 0;
}

function byId<T extends { id: string }>(items: T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

function setClock(picture: Picture, at: string): void {
  picture.completeAt = Date.parse(at);
}
