/** Which symbol code a track is drawn by, and a generic one where its own says nothing. Draws nothing. */

import type { Track } from '../picture/nouns';

/** Standard identity digits, APP-6D table 2 (2525D A.6.2). */
const IDENTITY: Record<string, string> = {
  pending: '0',
  unknown: '1',
  assumed_friend: '2',
  friend: '3',
  neutral: '4',
  suspect: '5',
  hostile: '6',
};
const MISSION = 'mission';

/** Symbol set and entity per platform, the least that tells them apart (2525D appendix A, sets 01, 10, 15, 20, 30). */
const GENERIC: Record<string, { set: string; entity: string }> = {
  foot: { set: '10', entity: '121100' },
  vehicle: { set: '15', entity: '140100' },
  armour: { set: '15', entity: '120200' },
  artillery: { set: '15', entity: '110900' },
  aircraft: { set: '01', entity: '110100' },
  helicopter: { set: '01', entity: '110200' },
  uav: { set: '01', entity: '110300' },
  vessel: { set: '30', entity: '120000' },
  static: { set: '20', entity: '110000' },
};
const BARE = { set: '10', entity: '000000' };

export interface Drawn {
  sidc: string;
  /** The track gave a code that could not be read: its generic symbol carries a question mark. */
  doubtful: boolean;
}

/** The code to draw, given a judge of codes. Never fails: an entity without a usable code still has a frame. */
export function drawnSidc(track: Track, isValid: (sidc: string) => boolean): Drawn {
  if (track.sidc !== null && isValid(track.sidc)) return { sidc: track.sidc, doubtful: false };
  return { sidc: genericSidc(track), doubtful: track.sidc !== null };
}

/** A code of 20 digits from affiliation and platform; unknown words give the unknown frame. */
export function genericSidc(track: Pick<Track, 'affiliation' | 'party' | 'platform'>): string {
  const identity =
    IDENTITY[track.affiliation.replaceAll(' ', '_')] ??
    (track.party === MISSION ? IDENTITY['friend'] : IDENTITY['unknown']);
  const { set, entity } = (track.platform !== null && GENERIC[track.platform]) || BARE;
  return `100${identity}${set}0000${entity}0000`;
}
