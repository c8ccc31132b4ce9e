/** The watch: the picture, the link, what is selected, and what the panels read of them. Draws nothing itself. */

import { Announcer } from './alerts/announcer.svelte';
import { Escalation } from './alerts/escalation.svelte';
import { type Filter, listedOf, NO_FILTER } from './alerts/filter';
import { Hearing } from './alerts/hearing.svelte';
import { Judging } from './alerts/judging.svelte';
import { firstToAcknowledge, railOf, type Rail } from './alerts/order';
import type { Naming } from './alerts/words';
import { type Moment, momentsOf } from './past/moments';
import { skewOf } from './live/age';
import type { Link } from './live/machine';
import { Wire } from './live/wire.svelte';
import { Evidence } from './evidence/evidence.svelte';
import type { Chart } from './map/chart';
import type { Picked } from './map/picked';
import { apply } from './picture/apply';
import type { Feed, Mission, Track, Violation } from './picture/nouns';
import { nameOf, partyName } from './picture/names';
import { emptyPicture, heldOf, type Picture, type PictureLayer } from './picture/picture';
import { Past } from './past/past.svelte';
import { Printing } from './print/printing.svelte';
import type { ServerFrame } from './protocol/frames';
import { Drafting } from './drafting/drafting.svelte';
import { Logging } from './incidents/logging.svelte';
import { Muting } from './shift/muting.svelte';
import { Following } from './following.svelte';
import { Picks } from './selection/picks.svelte';
import { Layers } from './layers/layers.svelte';
import { Display } from './theme/display.svelte';
import { Trail } from './trail.svelte';
import { followedOf, Tools } from './tools/tools.svelte';
import { Views } from './views/views.svelte';

/** Panels follow the picture no faster than an eye does; the map is told at once. */
const PANEL_MS = 250;

export class Watch {
  readonly wire = new Wire();
  /** This browser's clock, for what it heard and when. */
  now = $state(Date.now());
  private skewMs = $state(0);
  lagS = $state(0);
  rail = $state.raw<Rail>({ open: [], inHand: [], settled: [] });
  filter = $state.raw<Filter>(NO_FILTER);
  feeds = $state.raw<Feed[]>([]);
  mission = $state.raw<Mission | null>(null);
  trackCount = $state(0);
  track = $state.raw<Track | null>(null);
  violationId = $state<string | null>(null);
  /** One line for the officer about something that failed or changed under his hands. */
  notice = $state<string | null>(null);
  /** All that happened, for the timeline: of the present's picture, whatever is on the map. */
  moments = $state.raw<Moment[]>([]);

  get link(): Link {
    return this.wire.link;
  }

  get heardAt(): number | null {
    return this.wire.heardAt;
  }

  /** The server's clock: ages of what others observed, and the clock on the wall, go by it. */
  get serverNow(): number {
    return this.now + this.skewMs;
  }

  /** What passes the officer's filter: keys act on nothing that he does not see. */
  get listed(): Rail {
    return listedOf(this.rail, this.filter, this.officer);
  }

  /** The instant that the map and the cards are of. */
  get shownNow(): number {
    return this.past.atMs ?? this.serverNow;
  }

  private chart: Chart | null = null;
  private readonly onMap = () => this.chart;
  /** The present, whatever is on the map: alerts are of it. */
  readonly picture = emptyPicture();
  readonly past = new Past({
    now: () => this.serverNow,
    replaced: (picture) => {
      this.chart?.replace(picture);
      this.refreshSoon();
    },
    changed: (picture, frame, layers) => {
      this.drawChange(picture, frame, layers);
      this.refreshSoon();
    },
    left: () => {
      this.chart?.replace(this.picture);
      this.publish();
    },
  });
  readonly trail = new Trail(this.onMap, (words) => (this.notice = words));
  readonly naming: Naming = {
    feature: (id) => this.picture.features.get(id)?.at(-1),
    party: (id) => partyName(this.picture.mission, id),
    trackName: (id) => nameOf(this.picture.tracks.get(id)),
  };
  readonly announcer = new Announcer(this.naming);
  readonly muting = new Muting(
    () => this.serverNow,
    (words) => (this.notice = words),
  );
  readonly hearing = new Hearing(this.announcer, (violation) => this.muting.covers(violation));
  readonly escalation = new Escalation(
    () => ({ open: this.rail.open, mission: this.picture.mission, nowMs: this.serverNow }),
    (news, overdue) => {
      this.hearing.escalate(news, overdue);
    },
  );
  readonly evidence = new Evidence(this.onMap);
  readonly printing = new Printing(this.onMap, () => this.shownNow);
  readonly judging = new Judging(
    (violation) => {
      this.hold(violation);
    },
    (words) => (this.notice = words),
  );
  readonly display = new Display(this.onMap);
  readonly layers = new Layers(() => this.onMap()?.showing ?? null);
  readonly following = new Following(this.onMap);
  readonly views = new Views(this.onMap);
  readonly picks = new Picks(this.onMap, () => this.shown.tracks);
  readonly logging = new Logging(
    this.onMap,
    () => this.picture.violations.get(this.violationId ?? '') ?? this.track,
    () => {
      this.tools.putAway();
    },
  );
  readonly tools = new Tools(this.onMap, () => followedOf(this.track));
  readonly drafting = new Drafting(
    this.onMap,
    (side) => this.naming.party(side),
    () => {
      this.tools.putAway();
    },
  );
  private clock: number | undefined;
  private refresh: number | undefined;
  private trackId: string | null = null;
  /** Who is on watch. */
  officer = '';
  private momentsDue = true;

  /** Without a chart all but the map goes on: alerts come in a browser that cannot draw one, too. */
  start(chart: Chart | null, url: string, lookAgain: () => void): void {
    this.chart = chart;
    this.clock = window.setInterval(() => {
      this.now = Date.now();
      this.escalation.look();
    }, 500);
    this.wire.start({
      url,
      take: (frame) => this.take(frame),
      held: () => heldOf(this.picture),
      lookAgain,
    });
    this.muting.start();
  }

  stop(): void {
    this.wire.stop();
    this.muting.stop();
    window.clearInterval(this.clock);
    window.clearTimeout(this.refresh);
    this.past.toPresent();
    this.announcer.stop();
    this.chart = null;
  }

  private take(frame: ServerFrame): 'applied' | 'gap' | 'whole' {
    const applied = apply(this.picture, frame);
    if (applied.kind === 'gap') return 'gap';
    // While the officer looks back the present is folded and heard all the same; only the map waits.
    if (!this.past.isOut) {
      if (frame.type === 'snapshot') this.chart?.replace(this.picture);
      else this.drawChange(this.picture, frame, applied.changed);
    }
    if (applied.changed.has('violations') || applied.changed.has('incidents')) this.momentsDue = true;
    this.hearing.tell(applied.news);
    if ('at' in frame) this.skewMs = skewOf(Date.parse(frame.at), Date.now());
    if (applied.changed.size > 0 || frame.type === 'ping') this.refreshSoon();
    return frame.type === 'snapshot' ? 'whole' : 'applied';
  }

  private drawChange(picture: Picture, frame: ServerFrame, layers: ReadonlySet<PictureLayer>): void {
    this.chart?.change(picture, layers, frame.type === 'delta' ? frame : undefined);
  }

  private refreshSoon(): void {
    this.refresh ??= window.setTimeout(() => {
      this.refresh = undefined;
      this.publish();
    }, PANEL_MS);
  }

  private publish(): void {
    this.rail = railOf(this.picture.violations.values());
    this.escalation.look();
    if (this.momentsDue) {
      this.momentsDue = false;
      this.moments = momentsOf(this.picture.violations.values(), this.picture.incidents.values());
    }
    this.lagS = this.picture.lagS;
    const picture = this.shown;
    this.feeds = [...picture.feeds.values()];
    this.mission = picture.mission;
    this.trackCount = picture.tracks.size;
    if (this.trackId !== null) {
      this.track = picture.tracks.get(this.trackId) ?? null;
      this.chart?.select(this.track);
    }
    this.tools.followOn((id) => picture.tracks.get(id));
    this.picks.look();
    this.following.look(this.track, this.picks.tracks);
  }

  /** What is on the map: the past while the officer looks back, else the present. */
  get shown(): Picture {
    return this.past.picture ?? this.picture;
  }

  pick(what: Picked): void {
    if (what.kind === 'track') this.selectTrack(what.id);
    else if (what.kind === 'violation') this.selectViolation(what.id, false);
    else if (what.kind === 'nothing') this.closeCard();
  }

  selectTrack(id: string): void {
    this.trail.clear();
    this.trackId = id;
    this.track = this.shown.tracks.get(id) ?? null;
    this.chart?.select(this.track);
  }

  closeCard(): void {
    this.trail.clear();
    this.trackId = null;
    this.track = null;
    this.violationId = null;
    this.chart?.select(null);
    this.chart?.highlight(null);
    this.evidence.clear();
  }

  selectViolation(id: string, fly: boolean): void {
    const violation = this.shown.violations.get(id) ?? this.picture.violations.get(id);
    if (!violation) return;
    this.violationId = id;
    this.chart?.highlight(violation);
    void this.evidence.show(violation, fly);
    if (this.shown.tracks.has(violation.track)) this.selectTrack(violation.track);
  }

  readonly flyTo = (lon: number, lat: number) => this.chart?.flyOver([lon, lat, lon, lat]);

  flyToTrack(): void {
    if (this.track) this.chart?.flyTo(this.track.lon, this.track.lat);
  }

  zoomBy(steps: number): void {
    this.chart?.zoomBy(steps);
  }

  showAll(): void {
    this.chart?.showAll();
  }

  toggleTrail(): Promise<void> {
    return this.trail.toggle(this.track, this.shownNow);
  }

  /** Acknowledge the given one, or the selected one, or the newest that needs it. */
  async acknowledge(id?: string): Promise<void> {
    const chosen = this.picture.violations.get(id ?? this.violationId ?? '');
    const violation =
      chosen?.assessment.state === 'open' ? chosen : id ? null : firstToAcknowledge(this.listed);
    if (violation) await this.judging.judge(violation, 'acknowledged', null);
  }

  private hold(violation: Violation): void {
    const known = this.picture.violations.get(violation.id);
    if (known && known.revision >= violation.revision) return;
    this.picture.violations.set(violation.id, violation);
    this.momentsDue = true;
    if (!this.past.isOut) this.chart?.change(this.picture, new Set(['violations']));
    this.publish();
  }
}
