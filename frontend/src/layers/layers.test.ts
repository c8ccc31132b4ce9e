import { describe, expect, it } from 'vitest';
import { leaveOut, newVisible } from '../map/entities/screen';
import type { Hidden } from '../map/shown';
import { Layers } from './layers.svelte';

describe('what is taken off the map', () => {
  it('is told to the map, counted, and put back all at once', () => {
    const told: Hidden[] = [];
    const layers = new Layers(() => ({ setHidden: (hidden) => told.push(hidden) }));

    layers.togglePart('incidents');
    layers.toggleParty('north');
    layers.toggleNames();
    expect(layers.count).toBe(3);
    expect([...(told.at(-1)?.parts ?? [])]).toEqual(['incidents']);
    expect([...(told.at(-1)?.parties ?? [])]).toEqual(['north']);

    layers.togglePart('incidents');
    expect(layers.count).toBe(2);
    layers.showAll();
    expect(layers.count).toBe(0);
    expect(told.at(-1)).toEqual({ parts: new Set(), parties: new Set(), names: false });
  });

  it('leaves the rest where they are', () => {
    const visible = newVisible();
    visible.rows = Int32Array.of(4, 7, 9, 11);
    visible.at = Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31);
    visible.count = 4;

    leaveOut(visible, (row) => row === 4 || row === 9);

    expect(visible.count).toBe(2);
    expect([...visible.rows.subarray(0, 2)]).toEqual([7, 11]);
    expect([...visible.at.subarray(0, 4)]).toEqual([10, 11, 30, 31]);
  });
});
