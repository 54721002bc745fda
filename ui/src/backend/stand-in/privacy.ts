// The stand-in's answers about forgetting, and about how one program may use the memory.

import type { ForgetPreview } from "../bindings";
import type { Handlers } from ".";
import { refuse } from "./refusal";
import { now } from "./samples";

export type PrivacyCommands = Record<Names, unknown>;
type Names = "preview_forgetting" | "confirm_forgetting" | "change_client_rule";

export function privacyCommands(...[home, emit]: Parameters<Handlers>): Pick<ReturnType<Handlers>, Names> {
  const previews = new Map<string, { counts: ForgetPreview["counts"]; items: Set<string>; everything: boolean }>();
  return {
    preview_forgetting: ({ forget }) => {
      const fits = (text: string) => forget.what === "everything" || (forget.what === "phrase" && text.toLowerCase().includes(forget.phrase.trim().toLowerCase()));
      const items = home.items.filter((item) => fits(item.name));
      const insights = home.insights.filter((insight) => fits(insight.content));
      const turns = forget.what === "client" ? 12 : forget.what === "everything" ? 1_204 : items.length + insights.length > 0 ? 3 : 0;
      const counts = { turns, conversations: turns > 3 ? 4 : 0, items: items.length, insights: insights.length };
      const handle = turns + items.length + insights.length === 0 ? null : `preview-${previews.size}`;
      if (handle !== null) previews.set(handle, { counts, items: new Set(items.map((item) => item.id)), everything: forget.what === "everything" });
      return {
        handle, counts, expires_at: new Date(now + 600_000).toISOString(),
        examples: [
          ...items.slice(0, 3).map((item) => ({ kind: "item" as const, id: item.id, text: item.name, at: item.last_seen_at })),
          ...insights.slice(0, 3).map((insight) => ({ kind: "insight" as const, id: insight.id, text: insight.content, at: insight.timestamp })),
        ],
      };
    },
    confirm_forgetting: ({ handle }) => {
      const preview = previews.get(handle) ?? refuse("not_found", "this preview is not there any more; nothing was forgotten, ask for a new preview");
      previews.delete(handle);
      home.items = home.items.filter((item) => !preview.items.has(item.id));
      emit("engine", { room: "context", event: { subject: "item", id: null, action: "removed", by: { kind: "owner" } } });
      return { counts: preview.counts, backups_removed: preview.everything ? ["/home/ada/.local/share/ambient-insights/context.db.v2.backup"] : [] };
    },
    change_client_rule: ({ client_id, mode, retention }) => {
      const imported = home.imports.find((one) => one.source === client_id);
      if (imported && retention) {
        home.imports = home.imports.map((one) => (one === imported ? { ...one, retention } : one));
        return { mode: "normal", retention };
      }
      const known = home.clients.find((client) => client.client_id === client_id) ?? refuse("not_found", "This program is not known any more.");
      const rule = { mode: mode ?? known.mode, retention: retention ?? known.retention };
      home.clients = home.clients.map((client) => (client === known ? { ...client, ...rule } : client));
      return rule;
    },
  };
}
