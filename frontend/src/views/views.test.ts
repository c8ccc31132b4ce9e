import { afterEach, describe, expect, it } from 'vitest';
import type { View } from '../map/viewing';
import { Views } from './views.svelte';

const HERE = { lon: 33, lat: 35, zoom: 9 };

function viewing(now: View = HERE): { views: Views; gone: View[] } {
  const gone: View[] = [];
  const views = new Views(() => ({ viewing: { now: () => now, go: (view) => gone.push(view) } }));
  views.load('ada');
  return { views, gone };
}

afterEach(() => {
  localStorage.clear();
});

describe('saved views', () => {
  it('are by name, and are there again for who saved them', () => {
    const { views } = viewing();
    views.save('Old town');
    views.save('Buffer');

    const { views: later, gone } = viewing();
    later.all.slice(0, 1).forEach((view) => later.go(view));
    expect(later.all.map(({ name }) => name)).toEqual(['Buffer', 'Old town']);
    expect(gone).toEqual([{ name: 'Buffer', ...HERE }]);
    later.load('ben');
    expect(later.all).toEqual([]);
  });

  it('are given anew under a name that is there, and taken away', () => {
    const { views } = viewing();
    views.save('Here');
    const { views: moved } = viewing({ ...HERE, zoom: 12 });
    moved.save('Here');
    expect(moved.all).toEqual([{ name: 'Here', ...HERE, zoom: 12 }]);
    moved.remove('Here');

    expect(viewing().views.all).toEqual([]);
  });

  it('outlive what something else wrote in their place', () => {
    for (const kept of ['{', '5', '[null, {"name": "x", "lon": "1"}]']) {
      localStorage.setItem('accord.views.ada', kept);
      expect(viewing().views.all, kept).toEqual([]);
    }
  });
});
