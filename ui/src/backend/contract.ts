// What the front end may ask of the program, and how. Everything above this folder knows only this.

import type { ApprovalCommands, Drop, Event, Failure, MainCommands, View } from "./bindings";

export type Commands = MainCommands & ApprovalCommands;
export type CommandName = keyof Commands;
export type Input<K extends CommandName> = Commands[K]["input"];
export type Output<K extends CommandName> = Commands[K]["output"];

/** What the program tells unasked. */
export type Announcements = { engine: Event; view: View; drop: Drop; "approval-changed": null };
export type AnnouncementName = keyof Announcements;

export interface Backend {
  call<K extends CommandName>(name: K, input: Input<K>): Promise<Output<K>>;
  /** Gives back what ends the listening. */
  on<A extends AnnouncementName>(name: A, handler: (payload: Announcements[A]) => void): () => void;
}

/** Whatever was thrown, as the failure that people read. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const { message } = thrown as { message: unknown };
    const code = "code" in thrown ? (thrown as Failure).code : "failed";
    return { code, message: String(message) };
  }
  return { code: "failed", message: typeof thrown === "string" ? thrown : "It did not work, and nothing says why." };
}
