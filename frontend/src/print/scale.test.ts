import { describe, expect, it } from 'vitest';
import { roundLength } from './scale';

describe('the scale on paper', () => {
  it.each([
    [1000, 1000],
    [999, 500],
    [4999, 2000],
    [5000, 5000],
    [0.7, 0.5],
  ])('within %d m is %d m long', (most, expected) => {
    expect(roundLength(most)).toBeCloseTo(expected, 9);
  });
});
