/** A quantity over time as a drawing: its curve, what it reaches, where nought is. Pure; knows no words and no colours. */

import type { Span } from '../past/span';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const BEFORE_ALERT_MS = 10 * 60_000;
/** A silence as long as rules take for one: no line is drawn over it. */
const GAP_MS = 10 * 60_000;
/** Of more, single reports are not told apart. */
const MOST_DOTS = 80;
const TICK_MINUTES = [5, 10, 15, 30, 60, 120, 240, 480];
const MOST_TICKS = 4;

export interface Sample {
  atMs: number;
  value: number;
}

export interface Plot {
  /** Drawn from `0 0` to `width height`. */
  curve: string;
  /** Between the curve and nought. */
  area: string;
  dots: { x: number; y: number }[];
  least: number;
  most: number;
  /** Where nought is. */
  zeroY: number;
}

export interface Box {
  width: number;
  height: number;
}

/** The last hour, or as long as the alert is old and ten minutes before it; a day at most. */
export function spanOf(nowMs: number, alertMs: number | null): Span {
  const sinceMs = alertMs === null ? HOUR_MS : nowMs - alertMs + BEFORE_ALERT_MS;
  return { fromMs: nowMs - Math.min(DAY_MS, Math.max(HOUR_MS, sinceMs)), toMs: nowMs };
}

export function xOf({ fromMs, toMs }: Span, atMs: number, width: number): number {
  return ((atMs - fromMs) / (toMs - fromMs)) * width;
}

/** Null where there is nothing to draw. Nought is always in it, and the curve never touches the box's edges. */
export function plotOf(samples: readonly Sample[], span: Span, { width, height }: Box): Plot | null {
  if (samples.length === 0) return null;
  const values = samples.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const PAD = 3;
  const scale = (height - 2 * PAD) / (high - low || 1);
  const yOf = (value: number) => tenth(height - PAD - (value - low) * scale);
  const zeroY = yOf(0);
  const runs = runsOf(samples).map((run) =>
    run.map(({ atMs, value }) => ({ x: tenth(xOf(span, atMs, width)), y: yOf(value) })),
  );
  const line = (run: { x: number; y: number }[]) => run.map(({ x, y }) => `${x} ${y}`).join('L');
  return {
    curve: runs.map((run) => `M${line(run)}`).join(''),
    area: runs
      .map((run) => `M${run[0]?.x ?? 0} ${zeroY}L${line(run)}L${run.at(-1)?.x ?? 0} ${zeroY}Z`)
      .join(''),
    dots: samples.length <= MOST_DOTS ? runs.flat() : runs.filter((run) => run.length === 1).flat(),
    least,
    most,
    zeroY,
  };
}

/** Round instants within the span, few enough to be written beside each other. */
export function marksOf({ fromMs, toMs }: Span): number[] {
  const minutes = (toMs - fromMs) / 60_000;
  const stepMs = 60_000 * (TICK_MINUTES.find((step) => minutes / step <= MOST_TICKS) ?? 480);
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const count = Math.max(0, Math.floor((toMs - first) / stepMs) + 1);
  return Array.from({ length: count }, (_, i) => first + i * stepMs);
}

/** The one next to an instant in time. */
export function nearestTo<T extends { atMs: number }>(readings: readonly T[], atMs: number): T | undefined {
  return readings.reduce<T | undefined>(
    (best, each) => (best && Math.abs(best.atMs - atMs) <= Math.abs(each.atMs - atMs) ? best : each),
    undefined,
  );
}

function runsOf(samples: readonly Sample[]): Sample[][] {
  const runs: Sample[][] = [];
  for (const sample of samples) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && sample.atMs - last.atMs <= GAP_MS) run.push(sample);
    else runs.push([sample]);
  }
  return runs;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
