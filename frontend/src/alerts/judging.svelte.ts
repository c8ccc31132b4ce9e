/** The officer's judgements: of one violation or of many, each as of the revision that he saw. */

import type { Violation } from '../picture/nouns';
import type { AssessmentState } from '../protocol/frames';
import * as api from '../session/api';
import { problemWords } from '../words/problem';
import { say } from '../words/words.svelte';

export type Outcome = 'done' | 'changed' | 'failed';

export class Judging {
  /** Ids of violations whose judgement is under way. */
  pending = $state.raw<ReadonlySet<string>>(new Set());

  /** Whether the form of a judgement is out, in whichever alert is selected. */
  isAssessing = $state(false);

  constructor(
    /** Takes the newest revision of a violation. */
    private readonly hold: (violation: Violation) => void,
    /** Tells the officer what became of it; null takes the last word away. */
    private readonly tell: (words: string | null) => void,
  ) {}

  async judge(violation: Violation, state: AssessmentState, note: string | null): Promise<Outcome> {
    if (this.pending.has(violation.id)) return 'failed';
    this.pending = new Set([...this.pending, violation.id]);
    const answer = await api.assess(violation, state, note);
    this.pending = new Set([...this.pending].filter((each) => each !== violation.id));
    if (answer.ok) {
      if (answer.value) this.hold(answer.value);
      this.tell(null);
      return 'done';
    }
    if (answer.problem.status === 409) {
      await this.reread(violation.id);
      return 'changed';
    }
    const why = problemWords(answer.problem);
    this.tell(
      state === 'acknowledged' ? say('notice.notAcknowledged', { why }) : say('notice.notAssessed', { why }),
    );
    return 'failed';
  }

  /** Those that are open, one after the other, so that what changed meanwhile stays open; ends at the first that fails for another reason than having changed. */
  async acknowledgeAll(violations: readonly Violation[]): Promise<void> {
    let done = 0;
    let changed = 0;
    for (const violation of violations) {
      if (violation.assessment.state !== 'open') continue;
      const outcome = await this.judge(violation, 'acknowledged', null);
      // The reason has been told; what is not acknowledged is still open in the rail.
      if (outcome === 'failed') return;
      if (outcome === 'done') done += 1;
      else changed += 1;
    }
    const words = [say('bulk.done', { n: done })];
    if (changed > 0) words.push(say('bulk.left', { n: changed }));
    this.tell(words.join(' '));
  }

  /** It changed while the officer looked at it: show what it is now, and let him decide again. */
  private async reread(id: string): Promise<void> {
    const answer = await api.violation(id);
    if (answer.ok && answer.value) this.hold(answer.value);
    this.tell(say('notice.changed'));
  }
}
