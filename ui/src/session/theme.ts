// Light or dark. Kept beside the program's own setting so that a window opens in its colours at once, and so that
// the consent window, which may ask for nothing else, has them too.

import type { Theme } from "../backend/bindings";

const KEY = "theme";

export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  localStorage.setItem(KEY, theme);
}

export function showKeptTheme(): void {
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") document.documentElement.dataset["theme"] = kept;
  addEventListener("storage", (event) => {
    if (event.key === KEY && (event.newValue === "system" || event.newValue === "light" || event.newValue === "dark")) {
      showTheme(event.newValue);
    }
  });
}
