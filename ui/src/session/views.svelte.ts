// Which screen is shown, and which conversation or turn on it.

import { tick } from "svelte";
import type { Evidence, View } from "../backend/bindings";

export const order: { view: View; name: string }[] = [
  { view: "home", name: "Home" },
  { view: "context", name: "Context" },
  { view: "conversations", name: "Conversations" },
  { view: "insights", name: "Insights" },
  { view: "connections", name: "Connections" },
  { view: "data", name: "Data" },
  { view: "settings", name: "Settings" },
];

class Views {
  current: View = $state("home");
  /** The conversation that is being read; null: the list. */
  conversation: string | null = $state(null);
  /** The turn that lies open, with the words that something stands on. */
  turn: Evidence | null = $state(null);
  /** The first-run page, opened again by hand. */
  introduction = $state(false);

  go(view: View): void {
    this.turn = null;
    this.introduction = false;
    if (view === "conversations" && this.current === view) this.conversation = null;
    this.current = view;
  }

  /** As `go`, for those who do not use the pointer: the focus goes along. */
  async jump(view: View): Promise<void> {
    this.go(view);
    await tick();
    document.querySelector<HTMLElement>("main h1")?.focus();
  }

  read(conversation: string): void {
    this.go("conversations");
    this.conversation = conversation;
  }
}

export const views = new Views();
