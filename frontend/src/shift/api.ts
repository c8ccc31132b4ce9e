/** The calls about what officers write down for each other: the log-book and the mutes. */

import { type Answer, call, fieldOf, textOf } from '../session/http';

export const CATEGORIES = [
  'general',
  'patrol',
  'contact',
  'incident',
  'violation',
  'feed',
  'order',
  'handover',
] as const;
export type Category = (typeof CATEGORIES)[number];

export interface Note {
  id: string;
  /** When it was so, RFC 3339. */
  at: string;
  category: string;
  text: string;
  by: string;
  violation: string | null;
  track: string | null;
  /** Counts the wordings: more than 1 was corrected. */
  revision: number;
}

/** What matches every one of rule, feature and track that is not null makes no sound. */
export interface Mute {
  id: string;
  rule: string | null;
  feature: string | null;
  track: string | null;
  since: string;
  until: string;
  note: string | null;
  by: string;
}

export type Muted = Pick<Mute, 'rule' | 'feature' | 'track'>;

/** The notes of all pages since an instant, the last first. */
export function notesSince(fromMs: number): Promise<Answer<Note[]>> {
  const from = encodeURIComponent(new Date(fromMs).toISOString());
  return all<Note>(`/log?from=${from}`, 'log');
}

export interface NewNote {
  text: string;
  category: Category;
  violation?: string;
  track?: string;
}

export function writeNote(note: NewNote): Promise<Answer<unknown>> {
  return call('POST', '/log', note);
}

/** The mutes in force now, by the server's clock. */
export function mutesInForce(): Promise<Answer<Mute[]>> {
  return all<Mute>('/mutes', 'mutes');
}

export function mute(what: Muted, untilMs: number): Promise<Answer<unknown>> {
  const named = Object.fromEntries(Object.entries(what).filter(([, value]) => value !== null));
  return call('POST', '/mutes', { ...named, until: new Date(untilMs).toISOString() });
}

export function lift(id: string): Promise<Answer<unknown>> {
  return call('DELETE', `/mutes/${encodeURIComponent(id)}`);
}

/** Every page of a list, one after the other; `next` of a page is the whole path of the next one. */
async function all<T>(first: string, name: string): Promise<Answer<T[]>> {
  const found: T[] = [];
  for (let path: string | null = first; path !== null;) {
    const answer: Answer<unknown> = await call('GET', path);
    if (!answer.ok) return answer;
    const page = fieldOf(answer.value, name);
    if (Array.isArray(page)) found.push(...(page as T[]));
    path = textOf(answer.value, 'next')?.replace(/^\/api\/v1/, '') ?? null;
  }
  return { ok: true, value: found };
}
