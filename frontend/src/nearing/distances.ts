/** Asks how near a track came to a line or zone, and how fast it went. The server measures; nothing is reckoned here. */

import { instantOf } from '../format/instant';
import { type Answer, call } from '../session/http';

export type Side = 'left' | 'right' | 'inside' | 'outside';

/** As the server tells it; see its reference. */
export interface Distances {
  feature: string | null;
  feature_name: string | null;
  reports: number;
  positions: {
    observed_at: string;
    distance_m: number | null;
    side: Side | null;
    speed_m_s: number | null;
    leg_speed_m_s: number | null;
  }[];
}

export interface Reading {
  atMs: number;
  /** From the edge, metres: below nought inside a zone and to the right of a line. */
  awayM: number | null;
  side: Side | null;
  /** As reported, else that of the way from the report before. */
  speedMS: number | null;
}

/** Oldest first. Where a line's end is nearest there is no side: it is drawn on the one it was on before. */
export function readingsOf({ positions }: Distances): Reading[] {
  let sign = 1;
  return positions.map(({ observed_at, distance_m, side, speed_m_s, leg_speed_m_s }) => {
    if (side !== null) sign = side === 'inside' || side === 'right' ? -1 : 1;
    return {
      atMs: instantOf(observed_at) ?? 0,
      awayM: distance_m === null ? null : sign * distance_m,
      side,
      speedMS: speed_m_s ?? leg_speed_m_s,
    };
  });
}

/** Beside the feature of this id, or the nearest one where it is null. */
export async function distances(
  trackId: string,
  feature: string | null,
  fromMs: number,
  toMs: number,
): Promise<Answer<Distances>> {
  const [from, to] = [fromMs, toMs].map((ms) => encodeURIComponent(new Date(ms).toISOString()));
  const beside = feature === null ? '' : `&feature=${encodeURIComponent(feature)}`;
  const answer = await call(
    'GET',
    `/tracks/${encodeURIComponent(trackId)}/distances?from=${from}&to=${to}${beside}`,
  );
  return answer.ok ? { ok: true, value: answer.value as Distances } : answer;
}
