/** The keys, as data: what acts on them and what lists them read the same table. */

export type Action =
  | 'acknowledge'
  | 'next'
  | 'previous'
  | 'close'
  | 'mute'
  | 'trail'
  | 'centre'
  | 'all'
  | 'zoom in'
  | 'zoom out'
  | 'help';

export const SHORTCUTS: readonly { key: string; shown: string; action: Action; does: string }[] = [
  {
    key: 'a',
    shown: 'A',
    action: 'acknowledge',
    does: 'Acknowledge the selected alert, or the newest urgent one',
  },
  { key: 'j', shown: 'J', action: 'next', does: 'Next alert' },
  { key: 'k', shown: 'K', action: 'previous', does: 'Previous alert' },
  { key: 'Escape', shown: 'Esc', action: 'close', does: 'Close the card and let go of the selection' },
  { key: 't', shown: 'T', action: 'trail', does: 'Trail of the selected track' },
  { key: 'c', shown: 'C', action: 'centre', does: 'Centre the map on the selected track' },
  { key: 'h', shown: 'H', action: 'all', does: 'Show the whole mission area' },
  { key: '+', shown: '+', action: 'zoom in', does: 'Zoom in' },
  { key: '-', shown: '−', action: 'zoom out', does: 'Zoom out' },
  { key: 'm', shown: 'M', action: 'mute', does: 'Sound off and on' },
  { key: '?', shown: '?', action: 'help', does: 'This list' },
];

/** The action of a key press; none while typing, or with a modifier that belongs to the browser. */
export function shortcutFor(event: KeyboardEvent): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select')) return null;
  return SHORTCUTS.find(({ key }) => key === event.key || key === event.key.toLowerCase())?.action ?? null;
}
