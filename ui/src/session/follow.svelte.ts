// What the program tells, many at once, becomes one question.

import { untrack } from "svelte";
import { on } from "../backend";
import type { Event } from "../backend/bindings";

const GATHERED_FOR_MS = 120;

/** Calls `refresh` at the beginning, and once for every burst of events of these rooms while the component lives. */
export function follow(rooms: Event["room"][], refresh: (events: Event[]) => unknown): void {
  $effect(() => {
    let gathered: Event[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = on("engine", (event) => {
      if (!rooms.includes(event.room)) return;
      gathered.push(event);
      timer ??= setTimeout(() => {
        const events = gathered;
        [gathered, timer] = [[], undefined];
        refresh(events);
      }, GATHERED_FOR_MS);
    });
    untrack(() => refresh([]));
    return () => {
      clearTimeout(timer);
      stop();
    };
  });
}

/** The ids of what was removed, as far as the events name them. */
export function removedIds(events: Event[], subject: "conversation" | "turn" | "insight" | "item"): Set<string> {
  const ids = new Set<string>();
  for (const event of events) {
    if (event.room === "context" && event.event.subject === subject && event.event.action === "removed" && event.event.id !== null) {
      ids.add(event.event.id);
    }
  }
  return ids;
}
