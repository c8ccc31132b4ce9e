/** The calls this screen makes over HTTP. Every answer is a value: data, or a problem. */

import type { AssessmentState } from '../protocol/frames';
import type { IncidentBody } from '../incidents/draft';
import type { TileFile } from '../map/tiles';
import type { Violation } from '../picture/nouns';
import { type Answer, call, fieldOf, textOf } from './http';

export interface Me {
  name: string;
  role: string;
  contingent: string | null;
  capabilities: string[];
  mustChangePassword: boolean;
}

const HISTORY_LIMIT = 10_000;
/** Reports that are kept but belong to no track's way. */
const ASIDE = new Set(['future', 'null_island']);

export async function whoAmI(): Promise<Answer<Me>> {
  const answer = await call('GET', '/me');
  if (!answer.ok) return answer;
  const capabilities = fieldOf(answer.value, 'capabilities');
  return {
    ok: true,
    value: {
      name: textOf(answer.value, 'name') ?? '',
      role: textOf(answer.value, 'role') ?? '',
      contingent: textOf(answer.value, 'contingent'),
      capabilities: Array.isArray(capabilities) ? capabilities.map(String) : [],
      mustChangePassword: fieldOf(answer.value, 'must_change_password') === true,
    },
  };
}

/** The mission's own base map; null where it has none. */
export async function basemap(): Promise<Answer<TileFile | null>> {
  const answer = await call('GET', '/basemap');
  if (!answer.ok) return answer;
  return { ok: true, value: (fieldOf(answer.value, 'basemap') ?? null) as TileFile | null };
}

/** Log an incident as the officer who has logged in. */
export function logIncident(body: IncidentBody): Promise<Answer<unknown>> {
  return call('POST', '/incidents', body);
}

export function logIn(name: string, password: string): Promise<Answer<unknown>> {
  return call('POST', '/session', { name, password });
}

/** Log in by a link that is good once. */
export function logInByLink(link: string): Promise<Answer<unknown>> {
  return call('POST', '/session', { link });
}

export function logOut(): Promise<Answer<unknown>> {
  return call('DELETE', '/session');
}

export function changePassword(old: string, fresh: string): Promise<Answer<unknown>> {
  return call('POST', '/me/password', { old, new: fresh });
}

/** Judge a violation as of the revision that the officer saw; a 409 says that it has changed since. */
export async function assess(
  violation: Violation,
  state: AssessmentState,
  note: string | null,
): Promise<Answer<Violation | null>> {
  const answer = await call('POST', `/violations/${encodeURIComponent(violation.id)}/assessment`, {
    state,
    note,
    revision: violation.revision,
  });
  return answer.ok ? { ok: true, value: violationIn(answer.value) } : answer;
}

export async function violation(id: string): Promise<Answer<Violation | null>> {
  const answer = await call('GET', `/violations/${encodeURIComponent(id)}`);
  return answer.ok ? { ok: true, value: violationIn(answer.value) } : answer;
}

/** Every revision of a violation that this officer may see, the oldest first. */
export async function revisionsOf(id: string): Promise<Answer<Violation[]>> {
  const answer = await call('GET', `/violations/${encodeURIComponent(id)}`);
  if (!answer.ok) return answer;
  const revisions = fieldOf(answer.value, 'revisions');
  return { ok: true, value: Array.isArray(revisions) ? (revisions as Violation[]) : [] };
}

function violationIn(value: unknown): Violation | null {
  const inside = fieldOf(value, 'violation') ?? value;
  return textOf(inside, 'id') !== null ? (inside as Violation) : null;
}

/** Where a track has been between two instants, oldest first, lon and lat in degrees. */
export async function history(
  trackId: string,
  fromMs: number,
  toMs: number,
): Promise<Answer<[number, number][]>> {
  const [from, to] = [fromMs, toMs].map((ms) => encodeURIComponent(new Date(ms).toISOString()));
  const answer = await call(
    'GET',
    `/tracks/${encodeURIComponent(trackId)}/history?from=${from}&to=${to}&limit=${HISTORY_LIMIT}`,
  );
  if (!answer.ok) return answer;
  const positions = fieldOf(answer.value, 'positions');
  if (!Array.isArray(positions)) return { ok: true, value: [] };
  const places = positions.flatMap((each: unknown): [number, number][] => {
    const [lon, lat, flags] = [fieldOf(each, 'lon'), fieldOf(each, 'lat'), fieldOf(each, 'flags')];
    if (Array.isArray(flags) && flags.some((flag: unknown) => ASIDE.has(String(flag)))) return [];
    return typeof lon === 'number' && typeof lat === 'number' ? [[lon, lat]] : [];
  });
  return { ok: true, value: places };
}
