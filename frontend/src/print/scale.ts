/** A scale bar of a round length. Pure. */

const ROUND = [5, 2, 1];

/** The longest of 1, 2 and 5 times a power of ten metres that is no longer than `most`, metres and more than 0. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return (ROUND.find((times) => times * power <= most) ?? 1) * power;
}
