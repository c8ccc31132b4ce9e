/** The north arrow. The map never turns, so it only has to say so. */

import type { IControl } from 'maplibre-gl';

const SVG = 'http://www.w3.org/2000/svg';

export class NorthArrow implements IControl {
  private readonly element = document.createElement('div');

  constructor(title: string) {
    this.element.className = 'maplibregl-ctrl north-arrow';
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 20 34');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', title);
    for (const [path, filled] of [
      ['M10 1 16 17H10z', true],
      ['M10 1 4 17h6z', false],
    ] as const) {
      const half = document.createElementNS(SVG, 'path');
      half.setAttribute('d', path);
      half.setAttribute('fill', filled ? 'currentColor' : 'none');
      half.setAttribute('stroke', 'currentColor');
      half.setAttribute('stroke-linejoin', 'round');
      svg.append(half);
    }
    const letter = document.createElementNS(SVG, 'text');
    letter.setAttribute('x', '10');
    letter.setAttribute('y', '31');
    letter.setAttribute('text-anchor', 'middle');
    letter.setAttribute('fill', 'currentColor');
    letter.textContent = 'N';
    svg.append(letter);
    this.element.append(svg);
  }

  onAdd(): HTMLElement {
    return this.element;
  }

  onRemove(): void {
    this.element.remove();
  }
}
