// How a program became known, in words, and which registrations are the same but for their ids.

import type { ClientSummary, StaticSource } from "../../backend/bindings";

/** `host` is text from outside and is shown as such. */
export function knownBy(client: ClientSummary): { words: string; host?: string } {
  switch (client.registration) {
    case "built_in": return { words: "Comes with Ambient Insights" };
    case "dynamic": return { words: "Registered itself" };
    case "metadata_document": {
      const host = hostOf(client.client_id);
      return host === null ? { words: "Described by a document on its own site" } : { words: "Described by a document at", host };
    }
    case "static": return { words: places[client.source ?? "owner"] };
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

/** What registered itself and has access is revoked first; whoever the owner registered can be removed at once. */
export const isRemovable = (client: ClientSummary) =>
  client.source === "owner" || (client.registration === "dynamic" && client.grants.length === 0);

function hostOf(address: string): string | null {
  try {
    return new URL(address).host || null;
  } catch {
    return null;
  }
}

/** The host of a redirect URI; its scheme where the address belongs to a program on this computer. */
const destination = (uri: string) => {
  const found = /^([a-z][a-z0-9+.-]*:)(?:\/\/([^/?#]*))?/i.exec(uri);
  if (!found) return uri;
  const [, scheme = "", authority = ""] = found;
  return /^https?:$/i.test(scheme) ? authority.replace(/:\d+$/, "") : scheme;
};

export const destinations = (client: ClientSummary): string[] => [...new Set(client.redirect_uris.map(destination))].sort();

/** One row: a program, or several registrations of what calls itself the same and is answered at the same places. */
export type Row = { key: string; clients: ClientSummary[] };

/** In the order that they came; a group stands where its first one stood. */
export function grouped(clients: ClientSummary[]): Row[] {
  const rows = new Map<string, Row>();
  for (const client of clients) {
    const alike = client.registration === "dynamic";
    const key = JSON.stringify(alike ? [client.client_name, destinations(client)] : client.client_id);
    const row = rows.get(key);
    if (row) row.clients.push(client);
    else rows.set(key, { key, clients: [client] });
  }
  return [...rows.values()];
}
