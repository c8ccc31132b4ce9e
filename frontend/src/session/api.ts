/** The calls this screen makes over HTTP. Every answer is a value: data, or a problem. */

import type { AssessmentState } from '../protocol/frames';
import type { TileFile } from '../map/tiles';
import type { Violation } from '../picture/nouns';

/** RFC 9457, as the server gives it; `status` 0 is a server that did not answer. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string | null;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

export interface Me {
  name: string;
  role: string;
  contingent: string | null;
  capabilities: string[];
  mustChangePassword: boolean;
}

const ANSWER_MS = 15_000;
const HISTORY_LIMIT = 10_000;
/** Reports that are kept but belong to no track's way. */
const ASIDE = new Set(['future', 'null_island']);

async function call(method: string, path: string, body?: unknown): Promise<Answer<unknown>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    });
    const text = await response.text();
    const value: unknown = text ? JSON.parse(text) : null;
    return response.ok ? { ok: true, value } : { ok: false, problem: problemOf(response.status, value) };
  } catch (error) {
    // fetch and JSON.parse throw only for a broken connection, a time-out or an answer that is not ours.
    const detail = error instanceof Error ? error.message : null;
    return {
      ok: false,
      problem: { status: 0, code: 'no_answer', title: 'No answer', detail },
    };
  }
}

function problemOf(status: number, value: unknown): Problem {
  return {
    status,
    code: textOf(value, 'code') ?? 'unknown',
    title: textOf(value, 'title') ?? `The server answered ${status}`,
    detail: textOf(value, 'detail'),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown, name: string): string | null {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : null;
}

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

function violationIn(value: unknown): Violation | null {
  const inside = fieldOf(value, 'violation') ?? value;
  return textOf(inside, 'id') !== null ? (inside as Violation) : null;
}

/** Where a track has been since `fromMs`, oldest first, lon and lat in degrees. */
export async function history(trackId: string, fromMs: number): Promise<Answer<[number, number][]>> {
  const from = encodeURIComponent(new Date(fromMs).toISOString());
  const answer = await call(
    'GET',
    `/tracks/${encodeURIComponent(trackId)}/history?from=${from}&limit=${HISTORY_LIMIT}`,
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
