/** The evidence of the selected violation: asked of the server, drawn, and flown to. */

import type { FeatureCollection } from 'geojson';
import type { Violation } from '../picture/nouns';
import { call } from '../session/http';
import { drawingOf, type Explanation, extentOf } from './drawing';

/** Where it is drawn. */
export interface Ground {
  draw(what: 'evidence', features: FeatureCollection): void;
  flyOver(extent: [number, number, number, number]): void;
}

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };

export class Evidence {
  /** Of which violation it is drawn; null for none, and while it is on its way. */
  of = $state<string | null>(null);
  private wanted: string | null = null;

  constructor(private readonly ground: () => Ground | null) {}

  /** Draw the evidence of a violation as it stands now, and go there if asked: to its place where there is none. */
  async show({ id, lon, lat }: Violation, fly: boolean): Promise<void> {
    this.wanted = id;
    const answer = await call('GET', `/violations/${encodeURIComponent(id)}/explain`);
    if (this.wanted !== id) return;
    const drawing = answer.ok ? drawingOf(answer.value as Explanation) : NOTHING;
    this.of = answer.ok ? id : null;
    this.ground()?.draw('evidence', drawing);
    if (fly) this.ground()?.flyOver(extentOf(drawing) ?? [lon, lat, lon, lat]);
  }

  clear(): void {
    this.wanted = this.of = null;
    this.ground()?.draw('evidence', NOTHING);
  }
}
