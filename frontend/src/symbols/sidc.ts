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

/** What a symbol's frame says of whose side it is on, in four words: the least that shapes tell apart. */
export const IDENTITIES = ['friend', 'hostile', 'neutral', 'unknown'] as const;
export type Identity = (typeof IDENTITIES)[number];

/** By digit (APP-6D/E table 2) and by letter (2525C table A-I), the exercise letters among them. */
const FRAMED: Record<string, Identity> = {
  ...{ '2': 'friend', '3': 'friend', '4': 'neutral', '5': 'hostile', '6': 'hostile' },
  ...{ A: 'friend', F: 'friend', D: 'friend', M: 'friend', N: 'neutral', L: 'neutral' },
  ...{ H: 'hostile', S: 'hostile', J: 'hostile', K: 'hostile' },
};

export function identityOf(sidc: string): Identity {
  const sign = isNumeric(sidc) ? sidc[3] : sidc[1];
  return FRAMED[sign ?? ''] ?? 'unknown';
}

/** Air and air missile sets, or the letter's air dimension. */
export function isAirborne(sidc: string): boolean {
  return isNumeric(sidc) ? sidc.startsWith('01', 4) || sidc.startsWith('02', 4) : sidc[2] === 'A';
}

function isNumeric(sidc: string): boolean {
  return /^\d/.test(sidc);
}
