// The stand-in's answers about what is spoken of.

import type { Handlers } from ".";
import { ago, now, sampleTurn } from "./samples";

export type TopicCommands = Record<Names, unknown>;
type Names = "list_topics" | "list_topic_turns" | "dismiss_topic";

export function topicCommands(...[home, emit]: Parameters<Handlers>): Pick<ReturnType<Handlers>, Names> {
  const id = (key: { kind: string; normal_name: string }) => `${key.kind} ${key.normal_name}`;
  return {
    list_topics: ({ query }) => {
      const text = query.text?.toLowerCase() ?? "";
      const fits = home.topics.filter((topic) =>
        home.dismissedTopics.has(id(topic.key)) === query.dismissed && (query.kind === null || topic.key.kind === query.kind) && topic.key.normal_name.includes(text) &&
        (query.order === "most" || query.order === "newest" || topic.trend?.direction === query.order));
      fits.sort((one, other) => (query.order === "newest" ? other.last.localeCompare(one.last) : query.order === "most" ? other.conversations - one.conversations : 0));
      const weeks = Array.from({ length: 14 }, (_, week) => home.topics.reduce((sum, topic) => sum + topic.weeks[week]!, 0));
      const said = home.topics.length > 0;
      return { since: said ? ago(98 * 86_400_000) : null, as_of: said ? new Date(now).toISOString() : null, turns_by_week: weeks, more: fits.length > query.limit,
        is_partial: false, topics: fits.slice(0, query.limit) };
    },
    list_topic_turns: ({ before, limit }) => {
      const from = before === null ? 0 : Number(before);
      const entries = Array.from({ length: Math.max(0, Math.min(limit, 12 - from)) }, (_, index) => ({ turn_id: sampleTurn(from + index, 0).id, side: "user" as const, start: 0, end: 12 }));
      return { entries, next: from + limit < 12 ? String(from + limit) : null };
    },
    dismiss_topic: ({ key, dismissed }) => {
      if (dismissed) home.dismissedTopics.add(id(key));
      else home.dismissedTopics.delete(id(key));
      emit("engine", { room: "context", event: { subject: "insight", id: null, action: "removed", by: { kind: "owner" } } });
      return null;
    },
  };
}
