/** What each revision of a violation changed, in words. */

import type { Violation } from '../picture/nouns';
import { capital, say } from '../words/words.svelte';

export interface Change {
  revision: number;
  at: string;
  words: string;
  /** What the officer wrote, as he wrote it. */
  note: string | null;
}

/** Newest first; `revisions` in their order. */
export function changesOf(revisions: readonly Violation[]): Change[] {
  return revisions
    .map((after, i) => {
      const before = revisions[i - 1];
      const judged = before !== undefined && isJudgedAnew(before, after);
      return {
        revision: after.revision,
        at: after.changed_at,
        words: wordsFor(before, after, judged),
        note: judged ? after.assessment.note : null,
      };
    })
    .reverse();
}

function wordsFor(before: Violation | undefined, after: Violation, judged: boolean): string {
  if (!before) return say('detail.raised', { status: say(`status.${after.status}`) });
  const words: string[] = [];
  if (before.status !== after.status) words.push(capital(say(`status.${after.status}`)));
  if (judged) {
    const { state, by } = after.assessment;
    const judgement = capital(say(`assessment.${state}`));
    words.push(by === null ? judgement : say('detail.noteBy', { state: judgement, who: by }));
  }
  if (before.ended_at === null && after.ended_at !== null) words.push(capital(say('mark.ended')));
  return words.length > 0 ? words.join(' · ') : say('detail.corrected');
}

function isJudgedAnew({ assessment: before }: Violation, { assessment: after }: Violation): boolean {
  return before.state !== after.state || before.at !== after.at || before.note !== after.note;
}
