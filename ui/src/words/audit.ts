// One line of the audit trail as a sentence: "NAME was let in by you".

import type { AuditEntry, AuditKind, Decider } from "../backend/bindings";
import { counted } from "./times";

const deciders: Record<Decider, string> = {
  desktop: "by you, in the window", terminal: "by you, in a terminal", owner: "by you", client: "by itself", rule: "by a rule",
};
const tools: Record<string, string> = {
  log_conversation_turn: "logged a turn", get_user_context: "read what is known about you", get_recent_insights: "read insights",
  add_user_interest: "added an interest", set_user_goal: "set a goal", search: "searched your memory", search_memory: "searched your memory",
  fetch: "read an entry",
};
const outcomes: Record<string, string> = {
  input_error: "its question was wrong", failed: "it failed", refused: "refused: it may not do that",
};
const rejections: Record<string, string> = {
  missing_token: "without a token", invalid_token: "with a token that is not good", expired_token: "with a token whose time has passed",
  wrong_audience: "with a token for another address", insufficient_scope: "asking for more than was allowed", foreign_host: "for another host",
  foreign_origin: "from a web page of somebody else", rate_limited: "coming too fast", too_large: "that was too large",
  unknown_client: "from a program that nobody knows", foreign_browser: "from another browser than the one that asked",
  invalid_code: "with a code that is not good", invalid_refresh_token: "with a renewal that is not good",
  bad_authorization_request: "asking in a wrong way", bad_token_request: "asking in a wrong way", bad_registration: "registering in a wrong way",
  bad_revocation: "asking in a wrong way", bad_introspection: "asking in a wrong way", wrong_secret: "with a wrong secret",
  foreign_registration: "asking for somebody else's registration", registration_off: "registering where that is switched off",
  bad_redirect: "with a wrong way back", foreign_address: "from an address that is not let in", blocked_client: "from a blocked program",
};

/** What people look for, and the kinds of lines that tell of it. */
export const auditGroups = {
  calls: { name: "what was read and added", kinds: ["tool_called", "dropped"] },
  decisions: { name: "decisions", kinds: ["asked", "proved", "approved", "denied", "blocked", "muted", "unblocked"] },
  access: { name: "access given and ended", kinds: ["issued", "refreshed", "replayed", "revoked"] },
  clients: { name: "programs registered", kinds: ["registered", "client_added", "client_changed", "secret_rotated", "client_removed"] },
  turned_away: { name: "turned away", kinds: ["rejected"] },
} as const satisfies Record<string, { name: string; kinds: AuditKind[] }>;
export type AuditGroup = keyof typeof auditGroups;

/** Where it came from and how long it took, as far as that is known. */
export function auditDetails(entry: AuditEntry): string {
  const parts: string[] = [];
  if (entry.arrival === "local") parts.push("this computer");
  else if (entry.arrival !== undefined) {
    const provider = entry.arrival.split(":")[1];
    parts.push(provider ? `the internet, through ${provider}` : "the internet");
    if (entry.remote_address !== undefined) parts.push(entry.remote_address);
  }
  if (entry.took_micros !== undefined) parts.push(took(entry.took_micros));
  return parts.join(" · ");
}

function took(micros: number): string {
  if (micros < 1_000) return "under 1 ms";
  return micros < 1_000_000 ? `${Math.round(micros / 1_000)} ms` : `${(micros / 1_000_000).toFixed(1)} s`;
}

/** `name` is the program's own word and stands before `words`; null: the sentence has none. */
export function auditWords(entry: AuditEntry): { name: string | null; words: string } {
  const name = entry.client_name ?? null;
  const by = entry.by ? ` ${deciders[entry.by]}` : "";
  const why = entry.outcome ? `: ${entry.outcome.replaceAll("_", " ")}` : "";
  switch (entry.kind) {
    case "registered": return { name, words: "registered itself" };
    case "asked": return { name, words: "asked for access" };
    case "approved": return { name, words: `was let in${by}` };
    case "proved": return { name, words: "was shown to ask from this computer" };
    case "denied": return { name, words: `was denied${by}${why}` };
    case "blocked": return { name, words: `was blocked${by}` };
    case "muted": return { name, words: `was told to be quiet for a day${by}` };
    case "unblocked": return { name, words: `was unblocked${by}` };
    case "issued": return { name, words: "got its access" };
    case "refreshed": return { name, words: "renewed its access" };
    case "replayed": return { name, words: "showed access that was used before; it was ended" };
    case "revoked": return { name, words: `lost its access${by}${why}` };
    case "tool_called": {
      const did = tools[entry.tool ?? ""] ?? `used ${entry.tool ?? "a tool"}`;
      const ended = entry.outcome && entry.outcome !== "answered" ? ` (${outcomes[entry.outcome] ?? entry.outcome.replaceAll("_", " ")})` : "";
      return { name, words: did + ended };
    }
    case "client_added": return { name, words: `was registered${by}` };
    case "client_changed": return { name, words: `changed its registration${why}` };
    case "secret_rotated": return { name, words: `got another secret${by}` };
    case "client_removed": return { name, words: `was removed${by}${why}` };
    case "rejected": {
      const how = rejections[entry.outcome ?? ""] ?? (entry.outcome ?? "").replaceAll("_", " ");
      return { name, words: `${name ? "was" : counted(entry.count ?? 1, "request")} turned away ${how}`.trim() };
    }
    case "dropped": return { name, words: `${counted(entry.count ?? 1, "line")} of this list could not be kept` };
  }
}
