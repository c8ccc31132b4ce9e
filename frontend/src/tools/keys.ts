/** The keys of the map's tools, as data. */

export type ToolAction =
  'measure' | 'rings' | 'grid' | 'versions' | 'theme' | 'measures' | 'place' | 'take back' | 'put away';

const ALWAYS: Readonly<Record<string, ToolAction>> = {
  d: 'measure',
  r: 'rings',
  g: 'grid',
  y: 'versions',
  n: 'theme',
  q: 'measures',
};
const WHILE_OUT: Readonly<Record<string, ToolAction>> = {
  enter: 'place',
  backspace: 'take back',
  escape: 'put away',
};

/** The action of a key press; none while typing, in a dialog, on a control, or with a modifier of the browser's. */
export function toolKey(event: KeyboardEvent, isOut: boolean): ToolAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const { target } = event;
  if (target instanceof HTMLElement) {
    if (target.closest('input, textarea, select, dialog')) return null;
    // Enter belongs to the button or link that has the focus.
    if (event.key === 'Enter' && target.closest('button, a')) return null;
  }
  const key = event.key.toLowerCase();
  return ALWAYS[key] ?? (isOut ? WHILE_OUT[key] : undefined) ?? null;
}
