/** What becomes of a drawn feature: read, tried, kept or ended, with every fault at its field. */

import { dateTimeGroup } from '../format/instant';
import { instantFrom } from '../format/when';
import type { Answer, Problem } from '../session/http';
import { problemWords } from '../words/problem';
import { say } from '../words/words.svelte';
import { add, end, redraw, rulesOf } from './api';
import type { Drafting } from './drafting.svelte';
import {
  type Body,
  type Field,
  fieldOfFault,
  type Proposal,
  read,
  wordedRule,
  type Worded,
} from './proposal';
import { geometryOf } from './sketch';

export class Keeping {
  /** By field; under 'all' what is about none of them. */
  faults = $state.raw<Partial<Record<Field | 'all', string>>>({});
  busy = $state(false);
  /** Whether the officer was asked if he means to end it. */
  ending = $state(false);
  /** Those of a feature that is redrawn. They stay. */
  rules = $state.raw<readonly Worded[]>([]);
  /** The version of the mission that the rules were read of: what is kept goes over no other. */
  private tag: string | null = null;
  private readonly minted = Date.now().toString(36);

  /** `now` is the server's clock, ms since 1970. */
  constructor(
    private readonly drafting: Drafting,
    private readonly now: () => number,
    private readonly saved: (words: string) => void,
  ) {}

  /** Begin with another feature. */
  async restart(): Promise<void> {
    [this.faults, this.rules, this.tag, this.ending] = [{}, [], null, false];
    await this.readRules();
    const { proposal } = this.drafting;
    if (proposal) proposal.rule = this.rules[0]?.id ?? proposal.rule;
  }

  /** The rule to try, and of a new feature the one that it gets. */
  rule(proposal: Proposal): Worded | null {
    if (this.drafting.of === null) return wordedRule(proposal);
    return this.rules.find(({ id }) => id === proposal.rule) ?? null;
  }

  onTrial(proposal: Proposal): { feature: Body; rule: Worded } | null {
    const [feature, rule] = [this.told(proposal), this.rule(proposal)];
    return feature && rule && { feature, rule };
  }

  async keep(proposal: Proposal): Promise<void> {
    const body = this.told(proposal);
    if (!body || this.busy) return;
    const rule = wordedRule(proposal);
    const asked = this.drafting.of ? redraw(body, this.tag) : add(body, rule ? [rule] : []);
    await this.settle(asked, proposal, 'draw.saved');
  }

  async end(proposal: Proposal): Promise<void> {
    const { of } = this.drafting;
    if (!of || !this.told(proposal)) return;
    if (this.ending) {
      const from = proposal.from.trim() === '' ? null : new Date(this.fromMs(proposal)).toISOString();
      await this.settle(end(of.id, from, this.tag), proposal, 'draw.ended');
    } else this.ending = true;
  }

  /** Each fault goes to its field, the server's own words behind ours. */
  refuse(problem: Problem): void {
    this.ending = false;
    const found: Partial<Record<Field | 'all', string>> = {};
    for (const fault of problem.faults) {
      const field = fieldOfFault(fault);
      if (field) found[field] = `${say(`draw.bad.${field}`)} (${fault.message})`;
      else found.all = `${problemWords(problem)}: ${fault.field} ${fault.message}`;
    }
    if (problem.faults.length === 0) found.all = problemWords(problem);
    if (problem.code === 'stale') found.all = say('draw.changed');
    this.faults = found;
    if (found.shape !== undefined) this.drafting.backToShape();
  }

  /** What stands in the form, worded for the server; the first thing that does not fit is marked. */
  private told(proposal: Proposal): Body | null {
    const { of, sketch } = this.drafting;
    const id = of?.id ?? `${proposal.kind.replaceAll('_', '-')}-${this.minted}`;
    const answer = read(proposal, id, geometryOf(sketch), this.now());
    this.faults = answer.ok ? {} : { [answer.field]: say(`draw.bad.${answer.field}`) };
    return answer.ok ? answer.body : null;
  }

  private async readRules(): Promise<void> {
    const { of } = this.drafting;
    if (!of) return;
    const answer = await rulesOf(of.id, this.now());
    if (this.drafting.of?.id !== of.id) return;
    if (answer.ok) [this.rules, this.tag] = [answer.value, answer.tag ?? null];
    else this.refuse(answer.problem);
  }

  private async settle(
    asked: Promise<Answer<unknown>>,
    proposal: Proposal,
    words: 'draw.saved' | 'draw.ended',
  ): Promise<void> {
    this.busy = true;
    const answer = await asked;
    // The drawing stays: it goes over the new version only once the officer has looked at that.
    if (!answer.ok && answer.problem.code === 'stale') await this.readRules();
    this.busy = false;
    if (!answer.ok) {
      this.refuse(answer.problem);
      return;
    }
    const when = dateTimeGroup(this.fromMs(proposal));
    this.drafting.end();
    this.saved(say(words, { name: proposal.name.trim(), when }));
  }

  private fromMs(proposal: Proposal): number {
    return instantFrom(proposal.from, this.now()) ?? this.now();
  }
}
