/** The moving entities as one custom WebGL2 layer: symbols, labels, course leaders, operator ties. */

import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl';
import { symbolPicture } from '../../symbols/picture';
import { Atlas, type Cell } from './atlas';
import { composeLabels } from './labels';
import { type Instanced, quads, strokes } from './program';
import { Batch, type StrokeLook } from './batch';
import { cull, newVisible, Occupancy, pick, project, type Screen, type Visible } from './screen';
import { bracketStamp, doubtStamp, LABEL_FONT, operatorStamp, staleStamp } from './stamps';
import { type EntityStore, LIVE, LOST } from './store';

/** Beyond these numbers on the screen symbols shrink and stand alone, then are mere specks: more would be a carpet. */
const MANY = 1500;
const TOO_MANY = 8000;
const MARGIN_PX = 60;
/** The leader ends where the entity will be after this time at its present course and speed. */
const LEADER_S = 90;
const SHORTEST_LEADER_PX = 20;
const LONGEST_LEADER_PX = 110;
const MOVING_M_S = 0.5;
const LEADER_RIM: StrokeLook = { width: 3.4, dash: 0, colour: [0.04, 0.07, 0.09, 0.7] };
const LEADER: StrokeLook = { width: 1.6, dash: 0, colour: [0.82, 0.89, 0.95, 0.9] };
const OPERATOR_TIE: StrokeLook = { width: 1.4, dash: 5, colour: [1, 0.886, 0.54, 0.8] };

export class EntityLayer implements CustomLayerInterface {
  readonly id = 'entities';
  readonly type = 'custom' as const;
  readonly renderingMode = '2d' as const;
  selected: string | null = null;
  /** What the last frame drew; the probe and the tests read it. */
  drawn = { symbols: 0, labels: 0, leaders: 0, ms: 0 };
  private readonly visible: Visible = newVisible();
  private readonly occupancy = new Occupancy();
  private map: MapLibreMap | null = null;
  private gpu: Gpu | null = null;

  constructor(private readonly store: EntityStore) {}

  onAdd(map: MapLibreMap, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    if (!(gl instanceof WebGL2RenderingContext)) throw new Error('The map needs WebGL2');
    this.map = map;
    this.gpu = newGpu(gl, Math.max(1, Math.min(3, window.devicePixelRatio)));
    // A canvas draws in a fallback face until the page has loaded ours: labels drawn so far are drawn again.
    void document.fonts.load(LABEL_FONT).then(() => {
      this.gpu?.words.clear();
      map.triggerRepaint();
    });
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
    gpu.strokeBatch.clear();
    gpu.symbolBatch.clear();
    gpu.wordBatch.clear();
    this.occupancy.reset(screen.width, screen.height);
    const crowded = this.visible.count > MANY;
    const scale = this.visible.count > TOO_MANY ? 0.35 : crowded ? 0.55 : scaleAt(map.getZoom());
    // What is old lies below what is live; the selected one lies on top.
    for (const status of [LOST, LOST - 1, LIVE]) this.composeSymbols(gpu, screen, status, scale, crowded);
    this.composeSelected(gpu, screen);
    const labels = crowded
      ? 0
      : composeLabels(
          this.store,
          this.visible,
          this.selected,
          this.occupancy,
          gpu.words,
          gpu.wordBatch,
          gpu.ratio,
        );
    this.paint(gpu, screen);
    this.drawn = {
      symbols: this.visible.count,
      labels,
      leaders: gpu.strokeBatch.count,
      ms: performance.now() - began,
    };
  }

  private composeSymbols(gpu: Gpu, screen: Screen, status: number, scale: number, crowded: boolean): void {
    const { store, visible } = this;
    const grey = status === LIVE ? 0 : status === LOST ? 1 : 0.8;
    const opacity = status === LIVE ? 1 : status === LOST ? 0.4 : 0.75;
    for (let i = 0; i < visible.count; i++) {
      const row = visible.rows[i] ?? 0;
      if (store.status[row] !== status) continue;
      const x = visible.at[i * 2] ?? 0;
      const y = visible.at[i * 2 + 1] ?? 0;
      const cell = this.symbolCell(gpu, row);
      if (crowded) {
        gpu.symbolBatch.quad(x, y, cell, scale, grey, opacity);
        continue;
      }
      if (status === LIVE) this.composeLeader(gpu, screen, row, x, y);
      this.composeOperator(gpu, screen, row, x, y);
      gpu.symbolBatch.quad(x, y, cell, scale, grey, opacity);
      this.occupancy.take(
        x - cell.anchorX * scale + 3,
        y - cell.anchorY * scale + 3,
        cell.width * scale - 6,
        cell.height * scale - 6,
      );
      if (status !== LIVE) {
        const ring = gpu.symbols.cell('stale', () => staleStamp(gpu.ratio));
        gpu.symbolBatch.quad(x, y, ring, scale, 0, opacity);
      }
      if (store.doubtful[row]) {
        const badge = gpu.symbols.cell('doubt', () => doubtStamp(gpu.ratio));
        gpu.symbolBatch.quad(x + 15 * scale, y - 12 * scale, badge, scale, 0, 1);
      }
    }
  }

  private symbolCell(gpu: Gpu, row: number): Cell {
    const sidc = this.store.sidcs[row] ?? '';
    return gpu.symbols.cell(sidc, () => symbolPicture(sidc, gpu.ratio));
  }

  private composeLeader(gpu: Gpu, screen: Screen, row: number, x: number, y: number): void {
    const { store } = this;
    const speed = store.speedMS[row] ?? NaN;
    const course = ((store.courseDeg[row] ?? NaN) * Math.PI) / 180;
    if (!(speed >= MOVING_M_S) || Number.isNaN(course)) return;
    const step = speed * LEADER_S * (store.metre[row] ?? 0);
    const ahead = [
      (store.x[row] ?? 0) + Math.sin(course) * step,
      (store.y[row] ?? 0) - Math.cos(course) * step,
    ] as const;
    if (!project(screen, ahead[0], ahead[1], SCRATCH, 0)) return;
    const dx = (SCRATCH[0] ?? 0) - x;
    const dy = (SCRATCH[1] ?? 0) - y;
    const far = Math.hypot(dx, dy);
    if (far < 0.01) return;
    // Never so short that the heading hides under the symbol, nor so long that a jet's crosses the map.
    const shown = Math.min(LONGEST_LEADER_PX, Math.max(SHORTEST_LEADER_PX, far)) / far;
    gpu.strokeBatch.stroke(x, y, x + dx * shown, y + dy * shown, LEADER_RIM);
    gpu.strokeBatch.stroke(x, y, x + dx * shown, y + dy * shown, LEADER);
  }

  private composeOperator(gpu: Gpu, screen: Screen, row: number, x: number, y: number): void {
    const operatorX = this.store.operatorX[row] ?? NaN;
    if (Number.isNaN(operatorX)) return;
    if (!project(screen, operatorX, this.store.operatorY[row] ?? 0, SCRATCH, 0)) return;
    const [toX = 0, toY = 0] = SCRATCH;
    gpu.strokeBatch.stroke(x, y, toX, toY, OPERATOR_TIE);
    const ring = gpu.symbols.cell('operator', () => operatorStamp(gpu.ratio));
    gpu.symbolBatch.quad(toX, toY, ring, 1, 0, 1);
  }

  private composeSelected(gpu: Gpu, screen: Screen): void {
    const row = this.selected === null ? undefined : this.store.rowOf(this.selected);
    if (row === undefined) return;
    if (!project(screen, this.store.x[row] ?? 0, this.store.y[row] ?? 0, SCRATCH, 0)) return;
    const [x = 0, y = 0] = SCRATCH;
    const cell = this.symbolCell(gpu, row);
    const live = this.store.status[row] === LIVE;
    gpu.symbolBatch.quad(x, y, cell, 1, live ? 0 : 0.8, live ? 1 : 0.8);
    gpu.symbolBatch.quad(
      x,
      y,
      gpu.symbols.cell('bracket', () => bracketStamp(gpu.ratio)),
      1,
      0,
      1,
    );
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
    gpu.strokes.draw(gpu.strokeBatch.data, gpu.strokeBatch.count, screen.width, screen.height);
    gl.bindTexture(gl.TEXTURE_2D, gpu.symbols.texture);
    gpu.quads.draw(gpu.symbolBatch.data, gpu.symbolBatch.count, screen.width, screen.height);
    gl.bindTexture(gl.TEXTURE_2D, gpu.words.texture);
    gpu.quads.draw(gpu.wordBatch.data, gpu.wordBatch.count, screen.width, screen.height);
  }
}

/** Smaller where a symbol covers kilometres, full where it covers a street. */
function scaleAt(zoom: number): number {
  return Math.min(1, Math.max(0.72, 0.72 + (zoom - 8.5) * 0.12));
}

const SCRATCH = new Float32Array(2);

interface Gpu {
  gl: WebGL2RenderingContext;
  ratio: number;
  generation: number;
  symbols: Atlas;
  words: Atlas;
  quads: Instanced;
  strokes: Instanced;
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
    strokeBatch: Batch.ofStrokes(),
    symbolBatch: Batch.ofQuads(),
    wordBatch: Batch.ofQuads(),
  };
}
