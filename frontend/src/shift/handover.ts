/** The hand-over: what the next officer must know, as lines under headings, each in parts. Knows no screen. */

import { headline, type Naming, whereabouts } from '../alerts/words';
import type { Rail } from '../alerts/order';
import { age, dateTimeGroup, instantOf } from '../format/instant';
import { standingsOf } from '../picture/feeds';
import type { Feed, Mission, Violation } from '../picture/nouns';
import { say, wordFor } from '../words/words.svelte';
import type { Mute, Note } from './api';

/** What is handed over of the log-book. */
export const WATCH_MS = 12 * 3_600_000;

export interface Section {
  id: 'open' | 'silent' | 'mutes' | 'log';
  title: string;
  lines: { id: string; parts: string[] }[];
}

export interface Watched {
  /** ms since 1970, the server's clock. */
  nowMs: number;
  mission: Mission | null;
  rail: Rail;
  feeds: readonly Feed[];
  /** Whether this screen hears the server: where it does not, nobody can say which feeds are silent. */
  linked: boolean;
  naming: Naming;
}

export function handover(watched: Watched, mutes: readonly Mute[], notes: readonly Note[]): Section[] {
  const { naming, rail } = watched;
  return [
    {
      id: 'open',
      title: say('handover.open'),
      lines: [...rail.open, ...rail.inHand].map((each) => ({ id: each.id, parts: alertLine(each, naming) })),
    },
    { id: 'silent', title: say('handover.silent'), lines: silent(watched) },
    {
      id: 'mutes',
      title: say('mute.inForce'),
      lines: mutes.map((mute) => ({ id: mute.id, parts: muteParts(mute, naming) })),
    },
    {
      id: 'log',
      title: say('handover.log'),
      lines: notes.map((note) => ({ id: note.id, parts: noteLine(note) })),
    },
  ];
}

/** `221437ZNOV26 · high · Line crossed · ARG-7 · Northern line · confirmed · acknowledged: Cpt. Ade` */
function alertLine(violation: Violation, naming: Naming): string[] {
  const { state, by } = violation.assessment;
  const judged = say(`assessment.${state}`);
  return told(
    dateTimeGroup(instantOf(violation.observed_at) ?? 0),
    say(`severity.${violation.severity}`),
    headline(violation, naming),
    whereabouts(violation, naming),
    say(`status.${violation.status}`),
    by === null ? judged : `${judged}: ${by}`,
  );
}

/** Every feed that is not heard, silent or never; an unlinked screen names them all as unknown. */
function silent({ feeds, mission, linked, nowMs }: Watched): Section['lines'] {
  return standingsOf(feeds, mission, linked)
    .filter(({ standing }) => standing !== 'reporting' && standing !== 'quiet')
    .map(({ id, name, feed, standing, heardAt }) => ({
      id,
      parts: told(
        name,
        feed,
        say(`feeds.${standing}`),
        heardAt === null ? say('feeds.never') : say('age.ago', { age: age(nowMs - heardAt) }),
      ),
    }));
}

/** `Line crossed · Northern line · 221437ZNOV26 · Cpt. Ade` */
export function muteParts(mute: Mute, naming: Naming): string[] {
  const until = dateTimeGroup(instantOf(mute.until) ?? 0);
  return told(mutedWhat(mute, naming), say('mute.until', { when: until }), mute.by, mute.note);
}

/** What a mute silences, in words: `Line crossed · Northern line`. A rule's own id stays as it is written. */
export function mutedWhat({ rule, feature, track }: Mute, naming: Naming): string {
  return told(
    rule && wordFor('rule', rule),
    feature && (naming.feature(feature)?.properties.name ?? feature),
    track && (naming.trackName(track) ?? track),
  ).join(' · ');
}

function noteLine(note: Note): string[] {
  return told(dateTimeGroup(instantOf(note.at) ?? 0), wordFor('note', note.category), note.by, note.text);
}

function told(...parts: (string | null)[]): string[] {
  return parts.filter((part): part is string => Boolean(part));
}
