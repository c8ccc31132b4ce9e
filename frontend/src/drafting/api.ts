/** The calls that draw the mission: a rule on trial, features added, redrawn and ended, rules as they are worded. */

import type { Violation } from '../picture/nouns';
import { type Answer, call, fieldOf } from '../session/http';
import type { Body, Worded } from './proposal';

/** What a rule would have raised over a past span; not complete, it stopped at `judged_to`. */
export interface Trial {
  judged_to: string;
  complete: boolean;
  positions: number;
  violations: Violation[];
}

export const TRIAL_HOURS = 24;
/** The server stops a trial after a minute, and says how far it came. */
const TRIAL_MS = 75_000;

export async function tryRule(feature: Body, rule: Worded): Promise<Answer<Trial>> {
  // On trial it is taken to have been in force all the while.
  const properties = { ...feature.properties, valid_from: null };
  const asked = { feature: { ...feature, properties }, rule, hours: TRIAL_HOURS };
  const answer = await call('POST', '/rules/dry-run', asked, { withinMs: TRIAL_MS });
  return answer.ok ? { ok: true, value: answer.value as Trial } : answer;
}

/** The rules on a feature now, and the version of the mission that has them. */
export async function rulesOf(featureId: string, nowMs: number): Promise<Answer<Worded[]>> {
  const at = new Date(nowMs).toISOString();
  const answer = await call('GET', `/rules?feature=${encodeURIComponent(featureId)}&at=${at}`);
  if (!answer.ok) return answer;
  const rules = fieldOf(answer.value, 'rules');
  return {
    ...answer,
    value: Array.isArray(rules) ? rules.map((each) => fieldOf(each, 'rule') as Worded) : [],
  };
}

export function add(feature: Body, rules: readonly Worded[]): Promise<Answer<unknown>> {
  return call('POST', '/features', { ...feature, properties: { ...feature.properties, rules } });
}

/** Redraw a feature over the version of the mission that was read; its rules stay. */
export function redraw(feature: Body, ifMatch: string | null): Promise<Answer<unknown>> {
  return call('PUT', `/features/${encodeURIComponent(feature.id)}`, feature, { ifMatch });
}

/** End a feature at an instant, RFC 3339; null is now. */
export function end(
  featureId: string,
  from: string | null,
  ifMatch: string | null,
): Promise<Answer<unknown>> {
  const at = from === null ? '' : `?from=${encodeURIComponent(from)}`;
  return call('DELETE', `/features/${encodeURIComponent(featureId)}${at}`, undefined, { ifMatch });
}
