/** The picture as this browser holds it: plain Maps by id, outside all reactivity. Knows no map and no socket. */

import type { Layer } from '../protocol/frames';
import type { Feature, Feed, Incident, Mission, Track, Violation } from './nouns';

/** `sensors`: where drones look, which is told with their tracks. */
export type PictureLayer = Layer | 'mission' | 'sensors';
/** What a whole picture changes. */
export const EVERY_LAYER: ReadonlySet<PictureLayer> = new Set([
  'tracks',
  'sensors',
  'incidents',
  'violations',
  'features',
  'feeds',
  'mission',
]);

export interface Picture {
  epoch: string | null;
  seq: number;
  /** The picture is complete as of this instant of the server's clock, ms since 1970, less the engine's lag. */
  completeAt: number | null;
  lagS: number;
  mission: Mission | null;
  tracks: Map<string, Track>;
  incidents: Map<string, Incident>;
  violations: Map<string, Violation>;
  /** The versions of each feature. */
  features: Map<string, Feature[]>;
  feeds: Map<string, Feed>;
}

export function emptyPicture(): Picture {
  return {
    epoch: null,
    seq: 0,
    completeAt: null,
    lagS: 0,
    mission: null,
    tracks: new Map(),
    incidents: new Map(),
    violations: new Map(),
    features: new Map(),
    feeds: new Map(),
  };
}

/** Whether a version of a feature holds at an instant, ms since 1970. Its last instant is not its own. */
export function isInForce({ properties }: Feature, atMs: number): boolean {
  const { valid_from: from, valid_to: to } = properties;
  return (from === null || Date.parse(from) <= atMs) && (to === null || atMs < Date.parse(to));
}

/** The versions that hold at the picture's own time. */
export function featuresInForce(picture: Picture): Feature[] {
  const versions = [...picture.features.values()].flat();
  const { completeAt } = picture;
  return completeAt === null ? versions : versions.filter((version) => isInForce(version, completeAt));
}

/** Up to where it is whole, for the server to go on from; null before the first. */
export function heldOf({ epoch, seq }: Picture): { epoch: string; seq: number } | null {
  return epoch === null ? null : { epoch, seq };
}
