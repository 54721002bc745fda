// The stand-in's answers about programs that may ask, and about who did what.

import type { KnownClient } from "../bindings";
import type { Handlers } from ".";
import { refuse } from "./refusal";
import { now } from "./samples";

export type ClientCommands = Record<Names, unknown>;
type Names = "list_clients" | "revoke_client" | "add_client" | "rotate_client_secret" | "remove_client" | "list_audit";

/** Made by counting, of the length that the program's own have. */
const secretOf = (count: number) => `ai-secret-${String(count).padStart(4, "0")}-${"0123456789abcdef".repeat(2)}`;

export function clientCommands(...[home, emit]: Parameters<Handlers>): Pick<ReturnType<Handlers>, Names> {
  let made = 0;
  const known = (client_id: string): KnownClient =>
    home.clients.find((client) => client.client_id === client_id) ?? refuse("not_found", "This program is not known any more.");
  const change = (client_id: string, to: (client: KnownClient) => KnownClient) => {
    home.clients = home.clients.map((client) => (client.client_id === client_id ? to(client) : client));
  };
  const revoked = (client_id: string) =>
    emit("engine", { room: "authorization", event: { what: "grant_revoked", id: "g", client_id, by: "desktop" } });

  return {
    list_clients: () => home.clients,
    revoke_client: ({ client_id }) => {
      const grants = home.clients.find((client) => client.client_id === client_id)?.grants.length ?? 0;
      change(client_id, (client) => ({ ...client, grants: [], scopes: [], removable: client.removable || client.registration === "dynamic" }));
      revoked(client_id);
      return { grants, requests: 0 };
    },
    add_client: ({ name, redirect_uris, authentication }) => {
      const wrong = redirect_uris.find((uri) => !/^https:|^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(uri));
      if (wrong !== undefined) refuse("invalid_input", `the client can not use the redirect URI "${wrong}": it must be https, or http to this computer`);
      made += 1;
      const client_id = `own-new-${made}`;
      const has_secret = authentication.kind !== "public";
      home.clients = [...home.clients, { client_id, client_name: name, registration: "static", verified: true, redirect_uris, has_secret, old_secret_until: null,
        source: "owner", added_by: "desktop", destinations: [...new Set(redirect_uris.map((uri) => new URL(uri).hostname))].sort(), alike: null, removable: true, expires_at: null, registered_at: new Date(now).toISOString(), last_used_at: null, scopes: [], grants: [],
        mode: "normal", retention: { kind: "as_for_all" } }];
      return { client_id, ...(has_secret ? { client_secret: secretOf(made) } : {}) };
    },
    rotate_client_secret: ({ client_id, overlap_minutes }) => {
      if (!known(client_id).has_secret) refuse("refused", "This program has no secret.");
      made += 1;
      const until = overlap_minutes === 0 ? null : new Date(now + (overlap_minutes ?? 1_440) * 60_000).toISOString();
      change(client_id, (client) => ({ ...client, old_secret_until: until }));
      return { client_id, client_secret: secretOf(made), ...(until === null ? {} : { old_secret_until: until }) };
    },
    remove_client: ({ client_id }) => {
      const grants = known(client_id).grants.length;
      home.clients = home.clients.filter((client) => client.client_id !== client_id);
      revoked(client_id);
      return { grants, requests: 0 };
    },
    list_audit: ({ query: { client_id, kinds, since, until, before, limit } }) =>
      home.audit
        .filter((entry) => (client_id === null || entry.client_id === client_id) && (since === null || entry.at >= since) && (until === null || entry.at < until) &&
          (kinds.length === 0 || kinds.includes(entry.kind)) && (before == null || (entry.seq !== undefined && entry.seq < before)))
        .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
        .slice(0, limit),
  };
}
