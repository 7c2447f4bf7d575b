const key = 'plinth.theme';

/** A theme of the portal. */
export type Theme = 'light' | 'dark';

/** The chosen theme, else that of the system. */
export function themeOf(): Theme {
  const chosen = localStorage.getItem(key);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Chooses a theme for this browser. */
export function setTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  showTheme();
}

/** Draws the page in the chosen theme. */
export function showTheme(): void {
  document.documentElement.dataset['theme'] = themeOf();
}
