// The stand-in's answers about what is remembered, and about taking it out and bringing it in.

import type { Conversation, Item, Page, Turn } from "../bindings";
import type { Handlers } from ".";
import { refuse } from "./refusal";
import { searched } from "./search";
import { sampleConversation, sampleTurn, turnOf, turnsIn } from "./samples";

export type MemoryCommands = Record<Names, unknown>;
type Names =
  | "search" | "list_items" | "add_item" | "edit_item" | "remove_item" | "undo_removal" | "list_conversations" | "remove_conversation"
  | "list_turns" | "show_turn" | "remove_turn" | "list_insights" | "set_insight_state" | "dismiss_insight" | "remove_insight"
  | "suggest_export" | "choose_export" | "choose_import" | "export_all" | "import_from" | "list_imports" | "cancel_transfer";

const owner = { kind: "owner" } as const;

/** A person has pressed Stop while an import was on its way. */
let stopped = false;

export function memoryCommands(...[home, emit, pause]: Parameters<Handlers>): Pick<ReturnType<Handlers>, Names> {
  const changed = (subject: "item" | "insight" | "turn" | "conversation", id: string, action: "added" | "removed" | "state_changed" | "renamed") =>
    emit("engine", { room: "context", event: { subject, id, action, by: owner } });
  const itemOf = (id: string): Item => home.items.find((item) => item.id === id) ?? refuse("not_found", "This entry is not there any more.");
  const insightOf = (id: string) =>
    home.insights.find((insight) => insight.id === id) ?? refuse("not_found", "This insight is not there any more.");

  return {
    search: ({ query }) => searched(home, query),
    list_items: ({ query }) =>
      home.items
        .filter((item) => (query.kind === null || item.kind === query.kind) &&
          (query.state === null ? item.state !== "dismissed" : item.state === query.state))
        .slice(0, query.limit),
    add_item: ({ item }) => {
      if (item.name.trim() === "") refuse("invalid_input", "The name is empty. Type what should be remembered.");
      if (item.name.length > 500) refuse("invalid_input", "The name is longer than 500 characters. Say it in fewer words.");
      const there = home.items.find((other) => other.kind === item.kind && other.name.toLowerCase() === item.name.toLowerCase());
      if (there) return { item: there, existed: true };
      const time = new Date().toISOString();
      const added: Item = { id: `added-${home.items.length}-${Date.now()}`, kind: item.kind, name: item.name, state: "active", author: owner, edited_by_owner: true,
        created_at: time, updated_at: time, last_seen_at: time, support: 0, evidence: [], ...(item.value === null ? {} : { value: item.value }) };
      home.items.unshift(added);
      changed("item", added.id, "added");
      return { item: added, existed: false };
    },
    edit_item: ({ id, change }) => {
      const item = itemOf(id);
      if (change.name !== null && change.name.trim() === "") refuse("invalid_input", "The name is empty. Type what should be remembered.");
      const edited: Item = { ...item, name: change.name ?? item.name, state: change.state ?? item.state, edited_by_owner: true,
        updated_at: new Date().toISOString(), ...(change.value === null ? {} : { value: change.value }) };
      if (change.target) edited.target = change.target;
      if (change.clear_target) delete edited.target;
      if (change.value !== null && item.value !== undefined)
        edited.earlier = [{ value: item.value, since: item.created_at, until: edited.updated_at }, ...(item.earlier ?? [])];
      if (change.note) edited.notes = [{ at: edited.updated_at, author: owner, text: change.note }, ...(item.notes ?? [])];
      home.items[home.items.indexOf(item)] = edited;
      changed("item", id, "renamed");
      return edited;
    },
    remove_item: ({ id }) => {
      const item = itemOf(id);
      const undo = `undo-${id}-${home.removals.size}`;
      home.removals.set(undo, item);
      home.items.splice(home.items.indexOf(item), 1);
      changed("item", id, "removed");
      return { undo };
    },
    undo_removal: ({ undo }) => {
      const item = home.removals.get(undo) ?? refuse("not_found", "This can not be put back any more: it was removed more than ten minutes ago.");
      home.removals.delete(undo);
      home.items.push(item);
      changed("item", item.id, "added");
      return item;
    },

    list_conversations: ({ before, limit }) => {
      const entries: Conversation[] = [];
      let index = before === null ? 0 : Number(before);
      for (; index < home.conversations && entries.length < limit; index += 1) {
        const conversation = sampleConversation(index);
        if (!home.removed.has(conversation.id)) entries.push(conversation);
      }
      return { entries, next: index < home.conversations ? String(index) : null };
    },
    remove_conversation: ({ id }) => {
      home.removed.add(id);
      changed("conversation", id, "removed");
      return null;
    },
    list_turns: ({ query }): Page<Turn> => {
      const conversation = Number((query.conversation ?? "c-0").slice(2));
      const total = query.conversation !== null || home.conversations > 0 ? turnsIn(conversation) : 0;
      const newest = query.order === "newest_first";
      const entries: Turn[] = [];
      let index = query.before === null ? 0 : Number(query.before);
      for (; index < total && entries.length < query.limit; index += 1) {
        const turn = sampleTurn(conversation, newest ? total - 1 - index : index);
        if (!home.removed.has(turn.id)) entries.push(turn);
      }
      return { entries, next: index < total ? String(index) : null };
    },
    show_turn: ({ id }) =>
      (home.removed.has(id) ? undefined : turnOf(id)) ?? refuse("not_found", "This turn is not there any more: it was removed."),
    remove_turn: ({ id }) => {
      home.removed.add(id);
      changed("turn", id, "removed");
      return null;
    },

    list_insights: ({ query }) =>
      home.insights
        .filter((insight) => (query.state === null ? insight.state === "active" || insight.state === "suggested" : insight.state === query.state) && (query.before === null || Number(insight.cursor) > Number(query.before)))
        .slice(0, query.limit),
    set_insight_state: ({ id, state }) => {
      const insight = { ...insightOf(id), state, edited_by_owner: true };
      home.insights[home.insights.indexOf(insightOf(id))] = insight;
      changed("insight", id, "state_changed");
      return insight;
    },
    dismiss_insight: ({ id }) => {
      home.insights[home.insights.indexOf(insightOf(id))] = { ...insightOf(id), state: "dismissed" };
      changed("insight", id, "state_changed");
      return null;
    },
    remove_insight: ({ id }) => {
      home.insights.splice(home.insights.indexOf(insightOf(id)), 1);
      changed("insight", id, "removed");
      return null;
    },

    suggest_export: ({ format }) => `/home/ada/Downloads/ambient-insights-2026-11-21${format === "json" || format === "html" ? `.${format}` : ""}`,
    choose_export: ({ format }) => (format === "json" ? "/home/ada/Documents/memory.json" : "/home/ada/Documents/memory"),
    choose_import: ({ folder }) => (folder ? "/home/ada/.claude/projects" : "/home/ada/Downloads/chatgpt-export.zip"),
    list_imports: () => home.imports,
    cancel_transfer: () => {
      stopped = true;
      return 1;
    },
    export_all: async ({ request }) => {
      if (home.files.has(request.output) && !request.overwrite) refuse("refused", `${request.output} is there already. Choose another place, or overwrite it.`);
      for (const done of [400, 2_900, 5_200]) {
        emit("engine", { room: "transfer", event: { task: "export", done, total: 5_200, per_mille: null } });
        await pause();
      }
      home.files.add(request.output);
      const { conversations, context, insights } = request.parts;
      return { output: request.output, conversations: conversations ? 240 : 0, turns: conversations ? 6_392 : 0, items: context ? 13 : 0, insights: insights ? 73 : 0 };
    },
    import_from: async ({ request, keep }) => {
      if (request.input.trim() === "") refuse("invalid_input", "No file is named. Choose the one to import.");
      if (request.input.endsWith(".png")) refuse("failed", `${request.input} is nothing that can be imported (it is no text in UTF-8)`);
      stopped = false;
      for (const [done, per_mille] of [[120, 250], [480, 990]] as const) {
        emit("engine", { room: "transfer", event: { task: "import", done, total: null, per_mille } });
        await pause();
        if (stopped) break;
      }
      const dry_run = request.dry_run ?? false;
      const format = request.format ?? (request.input.includes(".claude") ? "claude_code" : "chatgpt");
      const known = home.files.has(request.input);
      if (!dry_run && !stopped) home.files.add(request.input);
      const turns = known ? 0 : stopped ? 120 : 466;
      return { format, dry_run, cancelled: stopped, imported: turns, turns, conversations: turns === 0 ? 0 : 31, items: 0, insights: 0, skipped: 2, duplicates: known ? 478 : 12, expiring: keep === undefined && home.settings.retention_days.value !== null ? turns : 0, errors: [
        { line: null, at: "conversations.json[17]", why: "missing field `mapping`" },
        { line: null, at: "conversations.json[203].mapping[\"a\"].message", why: "invalid type: string \"nobody\", expected struct Author" },
      ], left_out: ["users.json is not read"] };
    },
  };
}
