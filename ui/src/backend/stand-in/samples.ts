// Invented people, programs and texts, made by counting: a hundred thousand conversations need no memory.

import type { Author, CertificateInfo, Certificates, KnownClient, ConsentFacts, Conversation, Insight, InsightDetail, Item, ItemKind, MentionKind, Topic, Turn } from "../bindings";

export const now = Date.now();
const minute = 60_000;
const day = 24 * 60 * minute;
export const ago = (milliseconds: number) => new Date(now - milliseconds).toISOString();

/** Names that some program may choose to mislead. */
export const hostile = {
  long: "Assistant ".repeat(1000),
  unbroken: "W".repeat(10_000),
  reversed: "\u202Egnp.kcehc_ytiruces\u202C Claude\u2066\u202E Code (verified)",
  html: `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script><b style="position:fixed;inset:0">Claude</b>`,
};

export const assistants = [
  { client_id: "claude-code", client_name: "Claude Code" },
  { client_id: "dyn-7f31", client_name: "Cursor" },
  { client_id: "https://chatgpt.example/client.json", client_name: "ChatGPT" },
];
const client = (index: number): Author => ({ kind: "client", ...assistants[index % assistants.length]! });

/** What is said of a client that registered nothing by the owner's hand. */
const plain: Omit<KnownClient, "client_id" | "client_name" | "registration" | "verified" | "registered_at" | "last_used_at" | "scopes" | "grants"> = {
  redirect_uris: [], has_secret: false, old_secret_until: null, source: null, added_by: null, destinations: [], alike: null, removable: false, expires_at: null,
  mode: "normal", retention: { kind: "as_for_all" } };

export function sampleClients(withHostile: boolean): KnownClient[] {
  const read: KnownClient["scopes"] = ["context:read", "conversations:read", "insights:read"];
  const full: KnownClient["scopes"] = ["context:read", "context:write", "conversations:read", "conversations:write", "insights:read"];
  const clients: KnownClient[] = [
    {
      ...plain, ...assistants[0]!, registration: "built_in", verified: true, registered_at: null, last_used_at: ago(2 * minute), scopes: full,
      grants: [{ id: "g1", scopes: full, resource: "https://localhost:9100/mcp", redirect_host: "localhost:49152", arrival: "local",
        duration: "until_revoked", created_at: ago(40 * day), last_used_at: ago(2 * minute), expires_at: ago(-325 * day) }],
    },
    {
      ...plain, ...assistants[1]!, registration: "dynamic", verified: false, registered_at: ago(9 * day), last_used_at: ago(3 * day), scopes: read,
      grants: [{ id: "g2", scopes: read, resource: "https://localhost:9100/mcp", redirect_host: "cursor:", arrival: "local",
        duration: "thirty_days", created_at: ago(9 * day), last_used_at: ago(3 * day), expires_at: ago(-21 * day) }],
    },
    {
      ...plain, ...assistants[2]!, registration: "metadata_document", verified: false, registered_at: ago(60 * day), last_used_at: null, scopes: [], grants: [],
    },
  ];
  const alike = (index: number): KnownClient => ({ ...plain, client_id: `dyn-vs-${index}`, client_name: "Visual Studio Code", registration: "dynamic",
    verified: false, redirect_uris: [`http://127.0.0.1:${33_418 + index}/`, "https://vscode.dev/redirect"], destinations: ["127.0.0.1", "vscode.dev"],
    alike: "Visual Studio Code\n127.0.0.1\nvscode.dev", removable: true, registered_at: ago((index + 1) * day),
    expires_at: ago((index - 29) * day), last_used_at: null, scopes: [], grants: [] });
  clients.push(alike(0), alike(1), alike(2));
  const own = { ...plain, registration: "static", verified: true, redirect_uris: ["https://kitchen.example/callback"], destinations: ["kitchen.example"], scopes: [], grants: [], last_used_at: null } as const;
  clients.push(
    { ...own, client_id: "own-1", client_name: "Kitchen display", has_secret: true, source: "owner", added_by: "desktop", removable: true, old_secret_until: ago(-9 * 60 * minute),
      registered_at: ago(2 * day), redirect_uris: [...own.redirect_uris], destinations: [...own.destinations], scopes: [], grants: [] },
    { ...own, client_id: "own-2", client_name: "Night script", source: "owner", added_by: "terminal", removable: true, registered_at: ago(day),
      redirect_uris: [...own.redirect_uris], destinations: [...own.destinations], scopes: [], grants: [] },
    { ...own, client_id: "reading-list", client_name: "Reading list", source: "file", added_by: "owner", registered_at: ago(20 * day), redirect_uris: [...own.redirect_uris], destinations: [...own.destinations], scopes: [], grants: [] },
  );
  if (withHostile) {
    for (const [id, name] of Object.entries(hostile)) {
      clients.push({
        ...plain, client_id: `dyn-${id}`, client_name: name, registration: "dynamic", verified: false, registered_at: ago(minute),
        last_used_at: ago(minute), scopes: ["context:read"],
        grants: [{ id: `g-${id}`, scopes: ["context:read"], resource: "https://localhost:9100/mcp", redirect_host: "127.0.0.1:5000",
          arrival: "local", duration: "session", created_at: ago(minute), last_used_at: ago(minute), expires_at: ago(-day) }],
      });
    }
  }
  return clients;
}

const names: [ItemKind, string, string?][] = [
  ["interest", "Star charts of the 17th century"], ["interest", "Sourdough baking"], ["interest", "Type systems"],
  ["skill", "Rust"], ["skill", "Reading music"], ["project", "A tide clock for the kitchen wall"],
  ["project", "Moving the bakery's till to a new supplier"], ["preference", "units", "metric"],
  ["preference", "answers", "short, with the reason first"], ["goal", "Run ten kilometres by the spring"],
  ["goal", "Finish the translation of the third chapter"],
];

export function sampleItems(withHostile: boolean): Item[] {
  const items = names.map(([kind, name, value], index): Item => ({
    id: `item-${index}`, kind, name, ...(value === undefined ? {} : { value }), state: index === 6 ? "paused" : "active",
    author: index % 3 === 0 ? { kind: "owner" } : index % 3 === 1 ? client(index) : { kind: "analysis" },
    edited_by_owner: index === 4, created_at: ago((index + 2) * day), updated_at: ago(index * day),
    last_seen_at: ago(index * 7 * 60 * minute), support: index % 4,
    evidence: Array.from({ length: index % 4 }, (_, nth) => spanOfTurn(`c-${index + nth}/t-0`, "user")),
    ...(index === 9 ? { target: "2027-03-20", notes: [
      { at: ago(2 * day), author: { kind: "owner" }, text: "Eight kilometres without a stop" },
      { at: ago(9 * day), author: client(0), text: "Bought better shoes" },
    ] } : {}),
    ...(index === 7 ? { earlier: [{ value: "imperial", since: ago(300 * day), until: ago(41 * day) }] } : {}),
  }));
  const suggested: [ItemKind, string][] = [["interest", "Tidal power"], ["project", "Kitchen wall shelves"]];
  suggested.forEach(([kind, name], index) =>
    items.push({ id: `suggested-${index}`, kind, name, state: "suggested", author: { kind: "analysis" }, edited_by_owner: false,
      created_at: ago(day), updated_at: ago(day), last_seen_at: ago(day), support: 2, evidence: [spanOfTurn(`c-${index}/t-0`, "user")] }));
  if (withHostile) {
    Object.entries(hostile).forEach(([id, name]) =>
      items.push({ id: `item-${id}`, kind: "interest", name: name.slice(0, 500), state: "active",
        author: { kind: "client", client_id: `dyn-${id}`, client_name: name }, edited_by_owner: false, created_at: ago(day),
        updated_at: ago(day), last_seen_at: ago(day), support: 0, evidence: [] }));
  }
  return items;
}

const openings = [
  "How do I keep the tide clock on time when the harbour's own tables change?",
  "I had no idea that sourdough slows down in the cold. Could you plan a bake for Saturday morning?",
  "Let us go through the third chapter again, from the storm on",
  "Which knots hold in wet rope?",
  "My training plan says eight kilometres today, but my knee is sore. 🏃 What now?",
  "Why does the borrow checker refuse this closure?",
];
const answers = [
  "Take the tables as data, not as code: read them once a day, and keep the last good ones.",
  "Yes. Mix on Friday at eight in the evening, let it stand at room temperature for two hours, then leave it in the cold until six.\n\n  - Friday 20:00  mix\n  - Friday 22:00  into the cold\n  - Saturday 06:00  shape\n  - Saturday 07:00  bake",
  "Gladly. The storm begins on page 61.",
  "A bowline, and better a double one. Wet rope slips where the turns lie loosely; dress the knot and set it hard.",
];

/** The first conversation is long, the others have one to nine turns. */
export const turnsIn = (conversation: number) => (conversation === 0 ? 5_200 : (conversation % 9) + 1);
const startedAgo = (conversation: number) => conversation * 47 * minute + 3 * minute;

export function sampleConversation(index: number): Conversation {
  return { id: `c-${index}`, author: client(index), external_key: null, started_at: ago(startedAgo(index) + turnsIn(index) * 1_000),
    last_at: ago(startedAgo(index)), turn_count: turnsIn(index), opening: openings[index % openings.length]! };
}

export function sampleTurn(conversation: number, index: number): Turn {
  const said = index === 0 ? openings[conversation % openings.length]! : `${openings[(conversation + index) % openings.length]!} (${index + 1})`;
  const huge = conversation === 0 && index === 3;
  return {
    id: `c-${conversation}/t-${index}`, conversation_id: `c-${conversation}`, author: client(conversation),
    occurred_at: ago(startedAgo(conversation) + (turnsIn(conversation) - index) * 1_000), logged_at: ago(startedAgo(conversation)),
    user_message: said,
    assistant_response: huge ? "A very long answer, line after line.\n".repeat(28_000) : answers[(conversation + index) % answers.length]!,
  };
}

export function turnOf(id: string): Turn | undefined {
  const found = /^c-(\d+)\/t-(\d+)$/.exec(id);
  return found && Number(found[2]) < turnsIn(Number(found[1])) ? sampleTurn(Number(found[1]), Number(found[2])) : undefined;
}

export function spanOfTurn(turn_id: string, side: "user" | "assistant") {
  const text = turnOf(turn_id)![side === "user" ? "user_message" : "assistant_response"];
  const points = Array.from(text).length;
  return { turn_id, side, start: Math.floor(points / 4), end: Math.ceil((points * 3) / 4) };
}

/** One insight of each kind that follows from many turns, and what waits for the owner's word. */
export function insightsOverTime(): Insight[] {
  const hours = Array.from({ length: 168 }, (_, hour) => (hour % 24 >= 7 && hour % 24 <= 10 ? 9 - Math.floor(hour / 24) : hour % 24 > 18 ? 2 : 0));
  const of = (id: string, insight_type: string, content: string, detail: InsightDetail | null, more: Partial<Insight> = {}): Insight => ({
    id, timestamp: ago(day), insight_type, content, context: "", confidence: 0.8, state: "active", author: { kind: "analysis" }, created_at: ago(day),
    analysis_version: 3, over_time: true, evidence: [spanOfTurn("c-1/t-0", "user"), spanOfTurn("c-3/t-0", "user")], cursor: "-1", ...(detail ? { detail } : {}), ...more });
  return [
    of("time-1", "decision", "We decided to buy the blue boat", null, { state: "suggested", over_time: false }),
    of("time-2", "pattern", "Plans every trip around the tides", null, { state: "suggested", over_time: false, author: client(0), confidence: 0.5 }),
    of("time-3", "commitment", "I will send the drawings to Anna by Friday", { about: "commitment", due: "2026-11-13", status: "overdue" }, { over_time: false }),
    of("time-4", "open_question", "Which knots hold in wet rope?", { about: "recurrence", turns: 2, conversations: 2, days: 2 }, { context: "asked in 2 conversations" }),
    of("time-5", "stalled_goal", "Nothing was heard of “Finish the translation of the third chapter” since 2026-10-20",
      { about: "goal", goal: "item-10", steps: 1, last: ago(32 * day), target: null }),
    of("time-6", "rising_topic", "You speak more of tides: 14 turns in the last 14 days, 3 in the 90 days before",
      { about: "trend", recent: 14, recent_turns: 61, recent_days: 14, before: 3, before_turns: 240, before_days: 90 }, { context: "of 61 and 240 turns in all" }),
    of("time-7", "changed_preference", "units: was “imperial” from 2026-01-25 until 2026-10-11, now “metric”",
      { about: "change", subject: "units", was: "imperial", since: ago(300 * day), until: ago(41 * day), now: "metric" }),
    of("time-8", "activity_rhythm", "You are most active between 07:00 and 11:00 UTC, and on Mondays", { about: "rhythm", hours, since: "2026-08-24" }),
    of("time-9", "weekly_digest", "Week of 2026-11-09: 34 turns in 12 conversations. Mostly about sourdough (9), tides (7)",
      { about: "week", monday: "2026-11-09", turns: 34, conversations: 12, topics: [["sourdough", 9], ["tides", 7], ["knots", 3]] }, { context: "2 decisions, 1 commitment" }),
  ];
}

export function sampleInsight(index: number): Insight {
  const turn = sampleTurn(index + 1, 0);
  return {
    id: `insight-${index}`, timestamp: turn.occurred_at, insight_type: index % 2 ? "problem_solving" : "learning_moment",
    content: index % 2 ? "Looked for a way to plan around the harbour's tables" : "Learned that sourdough slows down in the cold",
    context: turn.user_message, confidence: [0.92, 0.7, 0.45][index % 3]!, state: "active", author: { kind: "analysis" },
    created_at: turn.occurred_at, analysis_version: 3, evidence: [spanOfTurn(turn.id, "user")], cursor: String(index),
  };
}

export function sampleFacts(change: Partial<ConsentFacts>): ConsentFacts {
  return {
    id: "request-1", client_name: "Claude Code", client_id: "claude-code", verified: true,
    verified_words: "Comes with Ambient Insights: this name is checked.", verified_host: null, changed: false,
    credentials_host: "localhost:49152", credentials_words: "a program on this computer",
    arrival_words: "This computer, from a browser", from_internet: false, remote_address: "127.0.0.1",
    user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", resource: "https://localhost:9100/mcp",
    scopes: [
      { scope: "context:read", words: "Read your interests, skills, projects, preferences and goals", ticked: true, confirm: false },
      { scope: "context:write", words: "Add to and change your interests, skills, projects, preferences and goals", ticked: true, confirm: false },
      { scope: "conversations:read", words: "Read the conversations that are remembered", ticked: true, confirm: false },
      { scope: "conversations:write", words: "Remember conversations", ticked: true, confirm: false },
      { scope: "insights:read", words: "Read the insights drawn from your conversations", ticked: true, confirm: false },
    ],
    durations: [
      { duration: "session", words: "For today" }, { duration: "thirty_days", words: "For 30 days" },
      { duration: "until_revoked", words: "Until you revoke it" },
    ],
    suggested_duration: "thirty_days", code_required: false, code_length: 8,
    requested_at: ago(4_000), expires_at: ago(-116_000), warnings: [], ...change,
  };
}

const certificate = (index: number, change: Partial<CertificateInfo>): CertificateInfo => ({
  names: ["localhost"], subject: "CN=localhost", issuer: "CN=Ambient Insights local CA 1f6e2a90", serial: `0${index}:5c:11`,
  not_before: ago(5 * day), not_after: ago(-25 * day), use: "local", next_renewal: ago(-15 * day), used_at: [], ...change,
});

/** What an order brings. */
export const publicCertificate = () => certificate(4, {
  names: ["memory.example.org"], subject: "CN=memory.example.org", issuer: "CN=E7, O=Let's Encrypt", use: "public",
  not_before: ago(day), not_after: ago(-89 * day), next_renewal: ago(-59 * day), used_at: ["https://memory.example.org"],
});

/** The local ones; a public one in use, not asked for, or refused, as the scenario says. */
export function sampleCertificates(scenario: string): Certificates {
  const { next_renewal: _, ...authority } = certificate(1, {
    names: ["localhost", "127.0.0.0/8", "::1/128"], subject: "CN=Ambient Insights local CA 1f6e2a90", use: "ca",
    not_after: ago(-3_600 * day), path: "/home/ada/.local/share/ambient-insights/certificates/ca.pem",
  });
  const local = [authority, certificate(2, { used_at: ["https://localhost:9100"] }),
    certificate(3, { names: ["127.0.0.1", "::1"], used_at: ["https://127.0.0.1:9100", "https://[::1]:9100"] })];
  const status: Certificates["public"] = {
    name: "memory.example.org", state: "not_asked", authority: "letsencrypt", trial: false, busy: false, problem: null, next_order: null, agreed_terms: null,
  };
  switch (scenario) {
    case "public": return { list: [...local, publicCertificate()], public: { ...status, state: "in_use", agreed_terms: "https://letsencrypt.org/documents/LE-SA-v1.5.pdf" } };
    case "public-new": return { list: local, public: status };
    case "public-refused": return { list: local, public: { ...status, state: "waiting", agreed_terms: "https://letsencrypt.org/documents/LE-SA-v1.5.pdf", next_order: ago(-20 * minute), problem: {
      what: "the authority could not see that memory.example.org leads here: Connection refused (connection)",
      remedy: "port 443 of the name (for http-01 port 80) must lead to this program as it is, without a proxy that ends TLS itself; start the tunnel, or look at the router's forwarding" } } };
    default: return { list: local, public: null };
  }
}

const spokenOf: [MentionKind, string, number[], Topic["trend"]?][] = [
  ["person", "Anna", [1, 0, 2, 1, 1, 0, 0, 2, 1, 1, 3, 0, 1, 2]],
  ["topic", "tide tables", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 6, 9],
    { direction: "rising", recent: 15, recent_turns: 120, recent_days: 14, before: 1, before_turns: 610, before_days: 90 }],
  ["topic", "sourdough starter", [5, 6, 4, 5, 3, 4, 2, 1, 0, 1, 0, 0, 0, 0],
    { direction: "fading", recent: 0, recent_turns: 120, recent_days: 14, before: 31, before_turns: 610, before_days: 90 }],
  ["tool", "Rust", [2, 3, 2, 4, 2, 3, 4, 5, 2, 3, 2, 4, 3, 2]],
  ["project", "Lighthouse", [0, 0, 0, 1, 2, 0, 1, 1, 0, 0, 1, 0, 2, 1]],
  ["person", "Marek", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]],
];
/** The weeks are invented, and so are the counts beside them. */
export function sampleTopics(withHostile: boolean): Topic[] {
  const rest = Array.from({ length: 40 }, (_, index): (typeof spokenOf)[number] => ["topic", `small matter ${index + 1}`, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
  const harm: typeof spokenOf = withHostile ? Object.entries(hostile).map(([, name]) => ["topic", name, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]]) : [];
  return [...harm, ...spokenOf, ...rest].map(([kind, name, weeks, trend], index) => {
    const turns = weeks.reduce((sum, week) => sum + week, 0);
    return { key: { kind, normal_name: name.toLowerCase() }, name, turns, conversations: Math.max(2, Math.round(turns / 2)), days: Math.max(2, Math.round(turns / 2)),
      last: ago((weeks.toReversed().findIndex((week) => week > 0) * 7 + (index % 5)) * day), weeks, ...(trend === undefined ? {} : { trend }) };
  });
}
