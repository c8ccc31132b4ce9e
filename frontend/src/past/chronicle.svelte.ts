/** What happened before the present's own day: asked of the server when the timeline reaches so far. */

import type { Incident, Violation } from '../picture/nouns';
import { call, fieldOf } from '../session/http';
import { type Moment, momentsOf } from './moments';
import type { Span } from './span';

/** The live picture has what happened within this. */
const HELD_MS = 24 * 3600_000;

export class Chronicle {
  older = $state.raw<readonly Moment[]>([]);
  private covered: Span | null = null;

  /** See to it that the moments of a span are there, at some time. A failure leaves what was known. */
  async need(span: Span, nowMs: number): Promise<void> {
    const { covered } = this;
    if (span.fromMs >= nowMs - HELD_MS) return;
    if (covered && covered.fromMs <= span.fromMs && covered.toMs >= Math.min(span.toMs, nowMs - HELD_MS))
      return;
    this.covered = span;
    const [from, to] = [span.fromMs, span.toMs].map((ms) => encodeURIComponent(new Date(ms).toISOString()));
    const [violations, incidents] = await Promise.all([
      call('GET', `/violations?from=${from}&to=${to}`),
      call('GET', `/incidents?from=${from}&to=${to}`),
    ]);
    if (this.covered !== span) return;
    if (!violations.ok || !incidents.ok) {
      this.covered = covered;
      return;
    }
    this.older = momentsOf(
      listIn<Violation>(violations.value, 'violations'),
      listIn<Incident>(incidents.value, 'incidents'),
    );
  }
}

/** What is in both is as the present has it. */
export function together(older: readonly Moment[], present: readonly Moment[]): readonly Moment[] {
  if (older.length === 0) return present;
  const known = new Set(present.map(({ id }) => id));
  return [...older.filter(({ id }) => !known.has(id)), ...present].sort((a, b) => a.atMs - b.atMs);
}

function listIn<T>(value: unknown, name: string): T[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? (list as T[]) : [];
}
