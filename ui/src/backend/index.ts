// Which program this window speaks to: chosen once, when the window starts.

import { tauri } from "./tauri";
import type { AnnouncementName, Announcements, Backend, CommandName, Input, Output } from "./contract";

export { asFailure } from "./contract";
export type * from "./contract";

let chosen: Backend | undefined;

export async function connect(): Promise<void> {
  if ("__TAURI_INTERNALS__" in window) chosen = tauri;
  else if (__STAND_IN__) chosen = (await import("./stand-in")).standIn(new URLSearchParams(location.search));
  else throw new Error("This page is a window of Ambient Insights. It does nothing in a browser.");
}

function backend(): Backend {
  if (!chosen) throw new Error("connect() comes first");
  return chosen;
}

/** Asks the program for something. Rejects with what `asFailure` reads. */
export function call<K extends CommandName>(
  name: K,
  ...input: Record<string, never> extends Input<K> ? [] : [Input<K>]
): Promise<Output<K>> {
  return backend().call(name, (input[0] ?? {}) as Input<K>);
}

export function on<A extends AnnouncementName>(name: A, handler: (payload: Announcements[A]) => void): () => void {
  return backend().on(name, handler);
}
