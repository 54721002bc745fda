// Light or dark. The program names the theme in the address of each window, so that it opens in its colours at once;
// nothing is kept in the web engine.

import type { Theme } from "../backend/bindings";

export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function showFirstTheme(): void {
  const named = new URLSearchParams(location.search).get("theme");
  if (named === "light" || named === "dark") showTheme(named);
}
