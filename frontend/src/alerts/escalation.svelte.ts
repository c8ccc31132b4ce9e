/** What has escalated now, and that it is heard: when it does, and again until somebody acknowledges it. */

import type { Mission, Violation } from '../picture/nouns';
import { escalated } from './escalation';

const AGAIN_MS = 20_000;

interface Standing {
  open: readonly Violation[];
  mission: Mission | null;
  nowMs: number;
}

export class Escalation {
  /** The one that has waited longest first. */
  overdue = $state.raw<readonly Violation[]>([]);
  private heard = new Set<string>();
  private heardMs = 0;

  /** `standing` is how things stand now; `hear` makes `news` and all that is `overdue` heard, or not, as mutes have it. */
  constructor(
    private readonly standing: () => Standing,
    private readonly hear: (news: readonly Violation[], overdue: readonly Violation[]) => void,
  ) {}

  /** Call often, and on every change. */
  look(): void {
    const { open, mission, nowMs } = this.standing();
    const overdue = escalated(open, mission, nowMs);
    if (overdue.length > 0 || this.overdue.length > 0) this.overdue = overdue;
    const news = overdue.filter(({ id }) => !this.heard.has(id));
    this.heard = new Set(overdue.map(({ id }) => id));
    const again = overdue.length > 0 && Math.abs(nowMs - this.heardMs) >= AGAIN_MS;
    if (news.length === 0 && !again) return;
    this.heardMs = nowMs;
    this.hear(news, overdue);
  }

  has(violation: Violation): boolean {
    return this.overdue.some(({ id }) => id === violation.id);
  }

  /** How long the first of them has waited since it was told, ms. */
  waitedMs(nowMs: number): number {
    const [first] = this.overdue;
    return first
      ? nowMs - Math.max(Date.parse(first.told_at), Date.parse(first.assessment.at ?? first.told_at))
      : 0;
  }
}
