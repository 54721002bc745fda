// Which screen is shown, and which conversation or turn on it.

import { tick } from "svelte";
import type { Evidence, View } from "../backend/bindings";

/** The screens as the navigation lists them, each with the key that leads to it together with Control. */
export const order: { view: View; name: string; key: string }[] = [
  { view: "home", name: "Home", key: "1" },
  { view: "search", name: "Search", key: "K" },
  { view: "context", name: "Context", key: "2" },
  { view: "conversations", name: "Conversations", key: "3" },
  { view: "insights", name: "Insights", key: "4" },
  { view: "topics", name: "Topics", key: "5" },
  { view: "connections", name: "Connections", key: "6" },
  { view: "data", name: "Data", key: "7" },
  { view: "settings", name: "Settings", key: "8" },
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

  /** The card that somebody was sent to; the screen leads there as soon as what stands above it is there. */
  #anchor: string | null = null;

  /** As `go`, for those who do not use the pointer: the focus goes along. */
  async jump(view: View, anchor: string | null = null): Promise<void> {
    this.go(view);
    this.#anchor = anchor;
    await tick();
    // A search begins in its field.
    const to = document.querySelector<HTMLInputElement>("main [data-search]") ?? document.querySelector<HTMLElement>("main h1");
    to?.focus();
    if (to instanceof HTMLInputElement) to.select();
  }

  /** What stands above the cards of the screen is there. */
  async arrive(): Promise<void> {
    await tick();
    if (this.#anchor !== null) document.querySelector<HTMLElement>(`main [data-anchor="${this.#anchor}"]`)?.focus();
    this.#anchor = null;
  }

  read(conversation: string): void {
    this.go("conversations");
    this.conversation = conversation;
  }
}

export const views = new Views();
