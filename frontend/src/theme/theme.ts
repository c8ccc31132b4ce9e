/** The themes, and which of them this browser is set to. Knows no colour. */

export const THEMES = ['night', 'day', 'red'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = 'accord.theme';

/** The theme that was chosen here before; night at first, for an operations room is dark. */
export function keptTheme(storage: Pick<Storage, 'getItem'> = localStorage): Theme {
  const kept = storage.getItem(KEPT_AS);
  return THEMES.find((theme) => theme === kept) ?? 'night';
}

export function keepTheme(theme: Theme, storage: Pick<Storage, 'setItem'> = localStorage): void {
  storage.setItem(KEPT_AS, theme);
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'night';
}

/** Let the whole page follow: `theme.css` keys on the root's attribute. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}
