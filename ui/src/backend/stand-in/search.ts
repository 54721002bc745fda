// The stand-in's search: a plain look for the words, in the shape of the program's answers.

import type { FoundKind, Hit, Mark, SearchAnswer, SearchQuery } from "../bindings";
import type { Household } from "./household";
import { sampleTurn, turnsIn } from "./samples";

type Thing = Pick<Hit, "id" | "kind" | "title" | "text" | "author" | "occurred_at" | "state" | "conversation_id"> & { said: string };

function* things(home: Household): Generator<Thing> {
  for (const item of home.items) {
    yield { id: item.id, kind: item.kind as FoundKind, title: item.name, text: item.name, said: item.name, author: item.author, occurred_at: item.updated_at, state: item.state };
  }
  for (const insight of home.insights) {
    yield { id: insight.id, kind: "insight", title: insight.content, text: insight.content, said: insight.content, author: insight.author,
      occurred_at: insight.timestamp, state: insight.state };
  }
  for (let conversation = 0; conversation < Math.min(home.conversations, 20); conversation += 1) {
    for (let index = 0; index < Math.min(turnsIn(conversation), 20); index += 1) {
      const turn = sampleTurn(conversation, index);
      if (home.removed.has(turn.id)) continue;
      yield { id: turn.id, kind: "turn", title: turn.user_message.slice(0, 160), text: `${turn.user_message}\n\n${turn.assistant_response}`, said: turn.user_message.slice(0, 240),
        author: turn.author, occurred_at: turn.occurred_at, conversation_id: turn.conversation_id };
    }
  }
}

/** Places are counted in code points, as the program counts them. */
function marksOf(text: string, words: string[]): Mark[] {
  const points = Array.from(text.toLowerCase());
  return words.flatMap((word) => {
    const letters = Array.from(word);
    const starts = points.flatMap((_, at) => (letters.every((letter, index) => points[at + index] === letter) ? [at] : []));
    return starts.map((start) => ({ start, end: start + letters.length }));
  });
}

export function searched(home: Household, query: SearchQuery): SearchAnswer {
  const words = query.text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found: Hit[] = [];
  for (const { said, ...thing } of things(home)) {
    if (query.kinds.length > 0 && !query.kinds.includes(thing.kind)) continue;
    if (!query.all_states && (thing.state === "dismissed" || thing.state === "archived")) continue;
    const held = words.filter((word) => said.toLowerCase().includes(word));
    if (held.length === 0) continue;
    found.push({
      ...thing, url: `ambient://turns/${thing.id}`, snippet: { text: said, marks: marksOf(said, held), ...(thing.kind === "turn" ? { side: "user" as const } : {}) },
      score: held.length, why: { words: held, nearby: [], conversation: held.length > 1, speaker: false, date: false, phrase: false }, neighbours: [],
    });
  }
  found.sort((left, right) => (query.order === "newest_first" ? right.occurred_at.localeCompare(left.occurred_at) : right.score - left.score));
  const from = query.after ?? 0;
  const next = from + query.limit < found.length ? from + query.limit : undefined;
  return { results: found.slice(from, from + query.limit), incomplete: false, ...(next === undefined ? {} : { next }) };
}
