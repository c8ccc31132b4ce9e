/** What tracks and parties are called. */

import { capital, say } from '../words/words.svelte';
import type { Mission, Track } from './nouns';

/** Its callsign, else what its contingent calls it. */
export function nameOf(track: Track | undefined): string | null {
  return track ? (track.callsign ?? track.sources[0]?.unit ?? null) : null;
}

export function partyName(mission: Mission | null, id: string): string {
  if (id === 'mission') return say('party.mission');
  if (id === 'unknown') return say('party.unknown');
  return mission?.parties.find((party) => party.id === id)?.name ?? capital(id);
}
