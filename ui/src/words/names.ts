// The words for what the program names by a code.

import type {
  AccessDuration, AccessTokenFormat, Author, ClientDocuments, ClientMode, CommitmentStatus, ExportFormat, Forget, ImportFormat, Insight, InsightState, ItemKind, ItemState,
  MentionKind, RegistrationPolicy, SettingSource, Subject, TopicOrder, TrustState,
} from "../backend/bindings";

export const kinds: Record<ItemKind, { one: string; many: string; hint: string }> = {
  interest: { one: "Interest", many: "Interests", hint: "for example: tide clocks" },
  skill: { one: "Skill", many: "Skills", hint: "for example: Rust" },
  project: { one: "Project", many: "Projects", hint: "for example: a bookshelf for the hall" },
  preference: { one: "Preference", many: "Preferences", hint: "for example: units" },
  goal: { one: "Goal", many: "Goals", hint: "for example: run ten kilometres by spring" },
};
export const kindOrder: ItemKind[] = ["interest", "project", "skill", "preference", "goal"];

export const itemStates: Record<ItemState, string> = {
  suggested: "Suggested", active: "In use", paused: "Paused", archived: "Archived", dismissed: "Dismissed",
};

export const clientModes: Record<ClientMode, { name: string; words: string }> = {
  normal: { name: "Reads and writes", words: "It uses your memory as far as you allowed." },
  read_only: { name: "Only reads", words: "It is told what it asks; nothing that it says is stored." },
  incognito: { name: "Incognito", words: "It is told nothing, and nothing that it says is stored." },
};

export const forgettable: Record<Exclude<Forget["what"], "turn" | "conversation" | "thing">, { name: string; words: string }> = {
  phrase: { name: "Everything about some words", words: "The same words in the same order, whole, whatever their case and accents. Nothing that is merely alike." },
  client: { name: "Everything from one program or import", words: "What it logged and what it said of you, except what you changed by hand." },
  everything: { name: "Everything", words: "All conversations, your context and all insights." },
};

export const subjects: Record<Subject, string> = { conversation: "Conversation", turn: "Turn", item: "Context", insight: "Insight" };

export const registrationPolicies: Record<RegistrationPolicy, { name: string; words: string }> = {
  open: { name: "All", words: "Also programs that nobody knows yet: they register themselves and then ask you." },
  documents: { name: "Only with a document", words: "Those that come with Ambient Insights, describe themselves at a site of their own, or are registered by you." },
  off: { name: "Only those I register", words: "Nobody else can ask, not even those that come with Ambient Insights." },
};

export const clientDocuments: Record<ClientDocuments, { name: string; words: string }> = {
  fetch: { name: "Looked up when I open it", words: "A program can describe itself at a site of its own. It is looked up when you open its request, never before." },
  known: { name: "Only those that come along", words: "Nothing is ever fetched. Programs that do not come with Ambient Insights register themselves instead." },
  off: { name: "None", words: "Nothing is ever fetched, and the programs that come with Ambient Insights register themselves too." },
};

export const accessTokenFormats: Record<AccessTokenFormat, { name: string; words: string }> = {
  opaque: { name: "Random text", words: "A key says nothing to anybody else." },
  jwt: { name: "Signed (JWT)", words: "Other servers can check a key themselves. Here a revoked one ends at once all the same." },
};

export const durations: Record<AccessDuration, string> = {
  session: "for the session", thirty_days: "for 30 days", until_revoked: "until you revoke it",
};

export const exportFormats: Record<ExportFormat, { name: string; words: string }> = {
  json: { name: "One file (JSON)", words: "Everything exact, so that it can be imported again." },
  markdown: { name: "A folder of notes (Markdown)", words: "Plain text files with links between them, for Obsidian and the like." },
  csv: { name: "Tables (CSV)", words: "A folder of tables for spreadsheets. What begins like a formula gets an apostrophe before it." },
  html: { name: "A report with pictures (HTML)", words: "One page to look at and to print. It stands alone and loads nothing." },
  mcp_data: { name: "The original's folder", words: "The folder mcp_data that the original Ambient Insights reads." },
};

export const importFormats: Record<ImportFormat, { name: string; a: string; words: string }> = {
  chatgpt: { name: "ChatGPT's export", a: "a ChatGPT export", words: "The zip that ChatGPT sends, or conversations.json out of it." },
  claude: { name: "Claude's export", a: "a Claude export", words: "The zip that Claude sends, or conversations.json out of it." },
  claude_code: { name: "Claude Code's transcripts", a: "Claude Code's transcripts", words: "One transcript, or the folder projects in the folder .claude." },
  json: { name: "Our own export (JSON)", a: "an export of Ambient Insights", words: "A file that “Take it with you” made, here or on another computer." },
  memory_graph: { name: "A memory server's file", a: "the file of a memory server", words: "The file of the reference memory server, with entities and relations." },
  open_memory: { name: "OpenMemory's backup", a: "an OpenMemory backup", words: "The zip that OpenMemory made." },
  mcp_data: { name: "The original's folder", a: "the original's folder mcp_data", words: "The folder mcp_data that the original Ambient Insights wrote." },
  turns: { name: "Turns, one a line", a: "turns, one a line", words: "A text file with one JSON object a line, each with at least a user_message." },
};

/** An import's source: a format that is known, or what a file calls its program. */
export function sourceWords(source: string): string {
  const formats: Record<string, ImportFormat> = {
    chatgpt: "chatgpt", claude: "claude", "claude-code": "claude_code", "memory-graph": "memory_graph", openmemory: "open_memory", mcp_data: "mcp_data", turns: "turns",
  };
  const format = formats[source];
  return format === undefined ? Array.from(source).slice(0, 80).join("") : importFormats[format].name;
}

export const trustStates: Record<TrustState, string> = { absent: "Not trusted", incomplete: "Partly trusted", trusted: "Trusted" };

export const settingSources: Record<SettingSource, string | null> = {
  default: null, file: null,
  environment: "Set by the environment: it can not be changed here.",
  command_line: "Set by the command line: it can not be changed here.",
};

/** Who it came from: words, and a name that somebody else chose. */
export function authorWords(author: Author): { words: string; name?: string } {
  switch (author.kind) {
    case "owner": return { words: "You" };
    case "client": return { words: "", name: author.client_name };
    case "analysis": return { words: "Found in your conversations" };
    case "import": return { words: "Imported from", name: sourceWords(author.source) };
  }
}

export const insightStates: Record<InsightState, string> = {
  suggested: "Suggested", active: "In use", paused: "Set aside", archived: "Archived", dismissed: "Dismissed",
};

export const commitmentStates: Record<CommitmentStatus, string> = { open: "Open", overdue: "Overdue", done: "Done" };

const insightTypes: Record<string, string> = {
  learning_moment: "Something learned", problem_solving: "A problem worked on", interest: "An interest", preference: "A preference",
  goal: "A goal", decision: "A decision", commitment: "Something you promised", open_question: "An open question",
  recurring_problem: "A problem that comes again", stalled_goal: "A goal without a word", goal_progress: "A goal that comes on",
  changed_preference: "Something that changed", rising_topic: "A topic that rises", fading_topic: "A topic that fades",
  recurring_person: "Somebody who comes up often", recurring_tool: "A tool that comes up often", recurring_project: "A project that comes up often",
  activity_rhythm: "Your hours", weekly_digest: "A week",
};

type GroupId = "suggested" | "open" | "time" | "noticed";
export const insightGroups: { id: GroupId; name: string; words: string }[] = [
  { id: "suggested", name: "Suggested", words: "Found once, or concluded by an assistant. Accept what is right; what you dismiss is not found again." },
  { id: "open", name: "Open", words: "Questions, promises, goals and problems that wait." },
  { id: "time", name: "Over time", words: "What many turns show together, as of the newest one." },
  { id: "noticed", name: "Noticed", words: "Single moments of your conversations." },
];
const openTypes = new Set(["open_question", "recurring_problem", "stalled_goal", "commitment"]);
/** Under which heading an insight stands. */
export function groupOf(insight: Insight): GroupId {
  if (insight.state === "suggested") return "suggested";
  if (openTypes.has(insight.insight_type)) return "open";
  return insight.over_time ? "time" : "noticed";
}
/** Clients may write types of their own. */
export function insightWords(type: string): string {
  const words = insightTypes[type] ?? type.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function confidenceWords(confidence: number): string {
  if (confidence >= 0.85) return "very sure";
  if (confidence >= 0.65) return "fairly sure";
  if (confidence >= 0.4) return "not so sure";
  return "a guess";
}

export const topicKinds: Record<MentionKind, { one: string; many: string }> = {
  topic: { one: "Topic", many: "Topics" }, person: { one: "Person", many: "People" },
  tool: { one: "Tool", many: "Tools" }, project: { one: "Project", many: "Projects" },
};

export type TopicList = TopicOrder | "dismissed";
/** What is listed, and what stands where nothing is. */
export const topicLists: Record<TopicList, { name: string; none: string; why: string }> = {
  most: { name: "most often first", none: "", why: "" },
  newest: { name: "last spoken of first", none: "", why: "" },
  rising: { name: "what rises", none: "Nothing rises now", why: "A topic rises when you speak of it clearly more often than in the months before." },
  fading: { name: "what fades", none: "Nothing fades now", why: "A topic fades when you speak of it clearly less often than before, while you go on talking." },
  dismissed: { name: "what you dismissed", none: "Nothing was dismissed", why: "What you dismiss is left out here and in what is concluded, however often it comes up." },
};
