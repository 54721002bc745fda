// The words for what the program names by a code.

import type {
  AccessDuration, AccessTokenFormat, Author, ClientDocuments, CommitmentStatus, ExportFormat, ImportFormat, Insight, InsightState, ItemKind, ItemState, RegistrationPolicy, SettingSource, TrustState,
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
  markdown: { name: "A folder to read (Markdown)", words: "Plain text files, pleasant to read and to search." },
};

export const importFormats: Record<ImportFormat, { name: string; words: string }> = {
  mcp_data: { name: "The original's folder", words: "The folder mcp_data that the original Ambient Insights wrote." },
  json: { name: "Our own export (JSON)", words: "A file that “Take it with you” made, here or on another computer." },
  turns: { name: "Turns, one a line", words: "A text file with one JSON object a line, each with at least a user_message." },
};

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
    case "import": return { words: "Imported from", name: author.source };
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
