/** The drawing of one feature, new or redrawn: its shape in the officer's hand, and what he says of it. */

import type { FeatureCollection } from 'geojson';
import type { MapTool, Place } from '../map/place';
import type { Feature, Violation } from '../picture/nouns';
import { NARROW_PX } from '../panels/clear';
import { between } from '../tools/geodesic';
import { sketchDrawing } from './drawing';
import { FORMS, newProposal, type Proposal, proposalOf, SIDED, usualRule } from './proposal';
import {
  canSpare,
  type Corner,
  cornersOf,
  emptySketch,
  inserted,
  isWhole,
  middlesOf,
  moved,
  type Sketch,
  sketchOf,
  without,
} from './sketch';

/** What drawing asks of the map. */
interface Hand {
  use(tool: MapTool | null): void;
  draw(what: 'tool', features: FeatureCollection): void;
  flyOver(extent: [number, number, number, number], besidePx: number): void;
  centre(): Place;
  metresAPixel(): number;
}

/** What the form covers where there is room beside it. */
const FORM_PX = 400;
const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

export class Drafting {
  /** Null while nothing is drawn. */
  proposal = $state<Proposal | null>(null);
  sketch = $state.raw<Sketch>(emptySketch('area'));
  chosen = $state.raw<Corner | null>(null);
  /** First its shape, then what it is. */
  step = $state<'shape' | 'details'>('shape');
  /** The version that is redrawn; null for a new feature. */
  of = $state.raw<Feature | null>(null);
  readonly isWhole = $derived(isWhole(this.sketch));
  private cursor: Place | null = null;
  private held: Corner | null = null;
  private found: readonly Place[] = [];

  /** `hand` gives the map, `sideName` what the side of a line is called, `begun` puts the map's other tools away. */
  constructor(
    private readonly hand: () => Hand | null,
    private readonly sideName: (side: string) => string,
    private readonly begun: () => void,
  ) {}

  begin(): void {
    if (this.proposal || !this.hand()) return;
    this.begun();
    this.choose(null);
  }

  /** Redraw a feature, or draw a new one. */
  choose(feature: Feature | null): void {
    const sketch = feature && sketchOf(feature.geometry);
    this.of = sketch ? feature : null;
    this.proposal = feature && sketch ? proposalOf(feature) : newProposal();
    this.become(sketch ?? emptySketch(FORMS[this.proposal.kind] ?? 'area'));
    if (sketch) this.hand()?.flyOver(extentOf(sketch), window.innerWidth < NARROW_PX ? 0 : FORM_PX);
    this.takeClicks();
  }

  /** A kind of the same form keeps what was drawn. */
  chooseKind(kind: string): void {
    const { proposal } = this;
    if (!proposal) return;
    [proposal.kind, proposal.rule] = [kind, usualRule(kind)];
    const form = FORMS[kind] ?? 'area';
    if (form !== this.sketch.form) this.become(emptySketch(form));
    this.redraw();
  }

  end(): void {
    this.proposal = this.of = null;
    this.hand()?.use(null);
    this.hand()?.draw('tool', NOTHING);
  }

  /** Take the map's clicks, again where another tool had them meanwhile. */
  takeClicks(): void {
    this.hand()?.use({
      placed: (at, reachM) => {
        this.placed(at, reachM);
      },
      moved: (at) => {
        this.pointed(at);
      },
      finished: () => {
        this.finish();
      },
      grabbed: (at, reachM) => this.grab(at, reachM),
      dropped: () => (this.held = null),
    });
    this.redraw();
  }

  /** The corner that was typed: in place of the chosen one, else as the next. */
  put(at: Place): void {
    if (this.chosen) this.sketch = moved(this.sketch, this.chosen, at);
    else if (this.isGrowing || this.sketch.form === 'point') this.append(at);
    this.redraw();
  }

  putAtCentre(): void {
    const centre = this.hand()?.centre();
    if (centre) this.put(centre);
  }

  /** Choose the corner before or after; past the last is none, where the next one comes. */
  stepCorner(by: 1 | -1): void {
    const corners = cornersOf(this.sketch);
    const { chosen } = this;
    const at = corners.findIndex((each) => each.part === chosen?.part && each.at === chosen.at);
    const next = at < 0 ? (by === 1 ? 0 : corners.length - 1) : at + by;
    const corner = corners[next];
    this.chosen = corner ? { part: corner.part, at: corner.at } : null;
    this.redraw();
  }

  /** Take the chosen corner away, or the one drawn last; a drawn shape stays whole. */
  takeBack(): void {
    const last = { part: 0, at: (this.sketch.parts[0]?.length ?? 0) - 1 };
    const corner = this.chosen ?? (this.isGrowing ? last : null);
    if (!corner || corner.at < 0 || (!this.isGrowing && !canSpare(this.sketch, corner))) return;
    this.sketch = without(this.sketch, corner);
    this.chosen = null;
    this.redraw();
  }

  /** The shape is drawn; corners may still be moved. */
  finish(): void {
    if (!this.isWhole) return;
    this.step = 'details';
    this.cursor = null;
    this.redraw();
  }

  backToShape(): void {
    this.step = 'shape';
    this.redraw();
  }

  /** Mark what a rule on trial found. */
  showFound(violations: readonly Violation[]): void {
    this.found = violations;
    this.redraw();
  }

  redraw(): void {
    const { proposal, sketch, chosen, found } = this;
    const hand = this.hand();
    if (!proposal || !hand) return;
    const radiusM = Number(proposal.radius);
    const { left, right } = proposal;
    const drawing = sketchDrawing({
      ...{ sketch, chosen, found },
      cursor: this.isGrowing && !this.held ? this.cursor : null,
      radiusM: radiusM > 0 ? radiusM : null,
      sides: SIDED.has(proposal.kind) ? { left: this.called(left), right: this.called(right) } : null,
      shapes: !this.isGrowing,
      metresAPixel: hand.metresAPixel(),
    });
    hand.draw('tool', drawing);
  }

  /** Clicks draw a new line or area on; once it is there, they take hold of what is. */
  private get isGrowing(): boolean {
    return this.of === null && this.step === 'shape' && this.sketch.form !== 'point';
  }

  private called(side: string): string {
    return side === '' ? '' : this.sideName(side);
  }

  private become(sketch: Sketch): void {
    this.sketch = sketch;
    this.step = 'shape';
    this.chosen = this.held = this.cursor = null;
    this.found = [];
  }

  private placed(at: Place, reachM: number): void {
    const near = this.nearest(cornersOf(this.sketch), at, reachM);
    if (this.sketch.form === 'point') this.append(at);
    else if (this.isGrowing && near?.at === 0 && this.isWhole && this.sketch.form === 'area') this.finish();
    else if (near) this.chosen = near;
    else if (this.isGrowing) this.append(at);
    else this.chosen = null;
    this.redraw();
  }

  private append(at: Place): void {
    this.sketch = inserted(this.sketch, { part: 0, at: this.sketch.parts[0]?.length ?? 0 }, at);
    this.chosen = null;
  }

  private pointed(at: Place): void {
    if (this.held) this.sketch = moved(this.sketch, this.held, at);
    else if (this.isGrowing) this.cursor = at;
    else return;
    this.redraw();
  }

  /** A corner, or the middle of an edge, which becomes one. */
  private grab(at: Place, reachM: number): boolean {
    this.held = this.nearest(cornersOf(this.sketch), at, reachM);
    if (!this.held && !this.isGrowing) {
      this.held = this.nearest(middlesOf(this.sketch), at, reachM);
      if (this.held) this.sketch = inserted(this.sketch, this.held, at);
    }
    if (this.held) this.chosen = this.held;
    this.redraw();
    return this.held !== null;
  }

  private nearest(handles: readonly (Corner & Place)[], at: Place, reachM: number): Corner | null {
    let best: Corner | null = null;
    let bestM = reachM;
    for (const handle of handles) {
      const far = between(handle, at)?.distanceM ?? Infinity;
      if (far <= bestM) [best, bestM] = [{ part: handle.part, at: handle.at }, far];
    }
    return best;
  }
}

function extentOf(sketch: Sketch): [number, number, number, number] {
  const corners = cornersOf(sketch);
  const [lons, lats] = [corners.map(({ lon }) => lon), corners.map(({ lat }) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
