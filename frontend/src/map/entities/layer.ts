/** The moving entities as one custom WebGL2 layer: symbols, labels, course leaders, operator ties. */

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from '../palette';
import { Atlas } from './atlas';
import { Batch } from './batch';
import { composeEntities } from './compose';
import { detailAt } from './declutter';
import { composeLabels } from './labels';
import { quads, type Shapes, strokes } from './program';
import type { Hidden } from '../shown';
import { cull, leaveOut, newVisible, Occupancy, pick, type Screen, type Visible } from './screen';
import { LABEL_FONT } from './stamps';
import type { EntityStore } from './store';

const MARGIN_PX = 60;

export class EntityLayer implements CustomLayerInterface {
  readonly id = 'entities';
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  selected: string | null = null;
  /** Who is in an open breach. */
  alarmed: ReadonlySet<string> = new Set();
  /** What the officer has taken off the map. Who is selected or in an open breach is drawn all the same. */
  hidden: Pick<Hidden, 'parties' | 'names'> = { parties: new Set(), names: false };
  /** What the last frame drew; the probe and the tests read it. */
  drawn = { symbols: 0, labels: 0, leaders: 0, ms: 0 };
  private readonly visible: Visible = newVisible();
  private readonly occupancy = new Occupancy();
  private isNamed = false;
  private map: MapLibreMap | null = null;
  private gpu: Gpu | null = null;

  constructor(
    private readonly store: EntityStore,
    private palette: Palette,
  ) {}

  /** All pictures are drawn anew in these colours. */
  repaint(palette: Palette): void {
    this.palette = palette;
    this.gpu?.symbols.clear();
    this.gpu?.words.clear();
    this.map?.triggerRepaint();
  }

  onAdd(map: MapLibreMap, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    if (!(gl instanceof WebGL2RenderingContext)) throw new Error('The map needs WebGL2');
    this.map = map;
    this.gpu = newGpu(gl, Math.max(1, Math.min(3, window.devicePixelRatio)));
    // A canvas draws in a fallback face until the page has loaded ours: there are no names before.
    const named = () => {
      this.isNamed = true;
      map.triggerRepaint();
    };
    document.fonts.load(LABEL_FONT).then(named, named);
  }

  onRemove(): void {
    const gpu = this.gpu;
    this.gpu = null;
    if (!gpu) return;
    gpu.symbols.free();
    gpu.words.free();
    gpu.quads.free();
    gpu.strokes.free();
  }

  /** The id of the entity nearest to a point of the screen, if one is within reach of a finger. */
  pick(x: number, y: number): string | null {
    const row = pick(this.visible, x, y, 20);
    return row === null ? null : (this.store.ids[row] ?? null);
  }

  render(_gl: unknown, input: CustomRenderMethodInput): void {
    const { map, gpu } = this;
    if (!map || !gpu) return;
    const began = performance.now();
    const canvas = map.getCanvas();
    const screen: Screen = {
      matrix: input.defaultProjectionData.mainMatrix as ArrayLike<number>,
      width: canvas.clientWidth,
      height: canvas.clientHeight,
      centreX: map.getCenter().lng / 360 + 0.5,
    };
    cull(this.store, screen, MARGIN_PX, this.visible);
    if (this.hidden.parties.size > 0) leaveOut(this.visible, (row) => this.isHidden(row));
    gpu.strokeBatch.clear();
    gpu.symbolBatch.clear();
    gpu.wordBatch.clear();
    this.occupancy.reset(screen.width, screen.height);
    const { store, visible, selected, alarmed, palette, occupancy } = this;
    const detail = detailAt(map.getZoom(), visible.count);
    const shared = { store, visible, selected, alarmed, detail, occupancy, ratio: gpu.ratio };
    composeEntities({
      ...shared,
      palette,
      screen,
      symbols: gpu.symbols,
      pictures: gpu.symbolBatch,
      strokes: gpu.strokeBatch,
    });
    const labels =
      detail.labels === 'none' || this.hidden.names || !this.isNamed
        ? 0
        : composeLabels({ ...shared, colours: palette.entities, atlas: gpu.words, batch: gpu.wordBatch });
    this.paint(gpu, screen);
    this.drawn = {
      symbols: this.visible.count,
      labels,
      leaders: gpu.strokeBatch.count,
      ms: performance.now() - began,
    };
  }

  private isHidden(row: number): boolean {
    if (!this.hidden.parties.has(this.store.partyOf(row))) return false;
    const id = this.store.ids[row] ?? '';
    return id !== this.selected && !this.alarmed.has(id);
  }

  private paint(gpu: Gpu, screen: Screen): void {
    const { gl } = gpu;
    // A full atlas has begun anew under our hands: this frame's cells are void, the next frame's are not.
    const generation = gpu.symbols.generation + gpu.words.generation;
    if (generation !== gpu.generation) {
      gpu.generation = generation;
      this.map?.triggerRepaint();
      return;
    }
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.activeTexture(gl.TEXTURE0);
    const { width, height } = screen;
    const sheet = { width, height, ratio: gl.drawingBufferWidth / width };
    gpu.strokes.draw(gpu.strokeBatch.data, gpu.strokeBatch.count, sheet);
    gl.bindTexture(gl.TEXTURE_2D, gpu.symbols.texture);
    gpu.quads.draw(gpu.symbolBatch.data, gpu.symbolBatch.count, sheet);
    gl.bindTexture(gl.TEXTURE_2D, gpu.words.texture);
    gpu.quads.draw(gpu.wordBatch.data, gpu.wordBatch.count, sheet);
  }
}

interface Gpu {
  gl: WebGL2RenderingContext;
  ratio: number;
  generation: number;
  symbols: Atlas;
  words: Atlas;
  quads: Shapes;
  strokes: Shapes;
  strokeBatch: Batch;
  symbolBatch: Batch;
  wordBatch: Batch;
}

function newGpu(gl: WebGL2RenderingContext, ratio: number): Gpu {
  return {
    gl,
    ratio,
    generation: 0,
    symbols: new Atlas(gl, ratio),
    words: new Atlas(gl, ratio),
    quads: quads(gl),
    strokes: strokes(gl),
    strokeBatch: new Batch(),
    symbolBatch: new Batch(),
    wordBatch: new Batch(),
  };
}
