// How a program became known, in words, and the rows that a list of programs has.

import type { KnownClient, StaticSource } from "../../backend/bindings";

/** `host` is text from outside and is shown as such. */
export function knownBy(client: KnownClient): { words: string; host?: string } {
  switch (client.registration) {
    case "built_in": return { words: "Comes with Ambient Insights" };
    case "dynamic": return { words: "Registered itself" };
    case "metadata_document": {
      const host = hostOf(client.client_id);
      return host === null ? { words: "Described by a document on its own site" } : { words: "Described by a document at", host };
    }
    case "static": return { words: client.added_by === "terminal" ? "Registered at a terminal" : places[client.source ?? "owner"] };
  }
}

const places: Record<StaticSource, string> = {
  owner: "Registered by you",
  file: "Registered by you in config.toml",
  environment: "Registered by you in the environment",
};

/** Why a program of the owner's can not be changed here; null: it can. */
export const settled: Record<StaticSource, string | null> = {
  owner: null,
  file: "It stands in config.toml: change it there and restart.",
  environment: "It stands in the environment: change it there and restart.",
};

function hostOf(address: string): string | null {
  try {
    return new URL(address).host || null;
  } catch {
    return null;
  }
}

/** One row: a program, or several registrations of what is one program to a person. */
export type Row = { key: string; clients: KnownClient[] };

/** In the order that they came; a group stands where its first one stood. */
export function grouped(clients: KnownClient[]): Row[] {
  const rows = new Map<string, Row>();
  for (const client of clients) {
    const key = JSON.stringify(client.alike === null ? { id: client.client_id } : { alike: client.alike });
    const row = rows.get(key);
    if (row) row.clients.push(client);
    else rows.set(key, { key, clients: [client] });
  }
  return [...rows.values()];
}
