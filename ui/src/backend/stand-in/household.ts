// What the stand-in program holds: made from a scenario, changed by commands, by tests and by invented assistants.

import type {
  ApprovalScreen, AuditEntry, BlockedClient, Certificates, KnownClient, ConsentFacts, HooksView, Imported, Insight, Item, Pause, PendingRequest, ProgramState,
  SettingsView, Topic, TrustStoreView, View,
} from "../bindings";
import { ago, assistants, hostile, insightsOverTime, sampleCertificates, sampleClients, sampleFacts, sampleInsight, sampleItems, sampleTopics } from "./samples";

export type Household = {
  scenario: string;
  program: ProgramState; doorOpen: boolean; externalIssuer: string | null; paused: Pause | null; view: View;
  conversations: number; removed: Set<string>; insights: Insight[]; items: Item[]; removals: Map<string, Item>;
  clients: KnownClient[]; blocks: BlockedClient[]; pending: PendingRequest[]; audit: AuditEntry[];
  settings: SettingsView; trust: TrustStoreView[]; certificates: Certificates; connected: boolean; files: Set<string>;
  approvals: ApprovalScreen[]; hooks: HooksView; imports: Imported[]; topics: Topic[]; dismissedTopics: Set<string>;
};

function screen(change: Partial<ConsentFacts>, rest: Partial<ApprovalScreen> = {}): ApprovalScreen {
  return { facts: sampleFacts(change), approve_after_ms: 700, remaining_ms: 116_000, others_waiting: 0, tries_left: 3, ...rest };
}

function approvalsOf(scenario: string): ApprovalScreen[] {
  const tunnel: Partial<ConsentFacts> = {
    client_name: "Claude", client_id: "https://claude.ai/client.json", verified: false,
    verified_words: "This name is the program's own word. Anybody can choose it.",
    credentials_host: "claude.ai", credentials_words: "a server on the internet", from_internet: true, remote_address: "203.0.113.7",
    arrival_words: "The internet, through the tunnel (ingress)", resource: "https://memory.example.org/mcp", code_required: true,
  };
  const admin = { scope: "admin", words: "Change this program's settings and see who is connected", ticked: false, confirm: true } as const;
  const unsure = { ...tunnel, code_required: false, from_internet: false, credentials_host: "127.0.0.1:5000", credentials_words: "a program on this computer" };
  switch (scenario) {
    case "code": return [screen(tunnel, { others_waiting: 2 })];
    case "admin": return [screen({ scopes: [...sampleFacts({}).scopes, admin] })];
    case "hostile": return [screen({ ...unsure, client_name: hostile.unbroken, user_agent: hostile.html,
      warnings: ["The name has characters in it that hide what it really is.", "This program was registered less than a minute ago."] })];
    case "reversed": return [screen({ ...unsure, client_name: hostile.reversed })];
    case "html": return [screen({ ...unsure, client_name: hostile.html })];
    case "two": return [screen({ id: "request-1" }, { others_waiting: 1 }), screen({ ...unsure, id: "request-2", client_name: "Cursor" })];
    case "changed": return [screen({ ...unsure, client_name: "Example", verified_host: "client.example", changed: true,
      verified_words: "client.example vouches for this program: that is checked. Its name is its own word.",
      warnings: ["It has changed since you approved it: its name or the addresses that its access may go to are others now."] })];
    case "slow": return [screen({}, { approve_after_ms: 3_000 })];
    case "nothing": return [];
    default: return [screen({})];
  }
}

function trustStores(firstRun: boolean): TrustStoreView[] {
  return [
    { store: "claude-code", label: "Claude Code (its own settings)", state: firstRun ? "absent" : "trusted", problem: null, administrator: false, can_ask: false, command: null,
      steps: ["in /home/ada/.claude/settings.json, add env.NODE_EXTRA_CA_CERTS, so that Claude Code believes this server's certificate", "keep a copy of the settings beside them, as they are now"] },
    { store: "nss:/home/ada/.pki/nssdb", label: "Chromium and programs like it (this account)", state: firstRun ? "absent" : "trusted", problem: null,
      administrator: false, can_ask: false, command: null, steps: ["Adds this computer's certificate authority to the certificate database in your home folder."] },
    { store: "nss:/home/ada/.mozilla/firefox/ada.default", label: "Firefox (profile ada.default)", state: "absent", problem: null,
      administrator: false, can_ask: false, command: null, steps: ["Adds this computer's certificate authority to Firefox's own certificates."] },
    { store: "system", label: "The whole system", state: "absent", problem: null, administrator: true, can_ask: true,
      command: "sudo ambient-insights certificates trust --store system", steps: ["Copies the certificate authority to /usr/local/share/ca-certificates.", "Runs update-ca-certificates."] },
  ];
}

function auditTrail(): AuditEntry[] {
  const who = assistants[0]!;
  const tools = ["get_user_context", "log_conversation_turn", "search_memory"];
  const calls = Array.from({ length: 130 }, (_, index): AuditEntry => ({
    seq: 1_000 - index, at: ago((index + 1) * 11 * 60_000), kind: "tool_called", ...(index % 5 === 4 ? assistants[1] : who),
    tool: tools[index % tools.length]!, outcome: index % 17 === 16 ? "refused" : "answered", took_micros: 900 + index * index * 7, arrival: index % 5 === 4 ? "tunnel:ingress" : "local", scopes: ["context:read"],
  }));
  return [
    { seq: 1_003, at: ago(120_000), kind: "refreshed", ...who },
    { seq: 1_002, at: ago(180_000), kind: "approved", ...who, by: "desktop", scopes: ["context:read", "conversations:write"] },
    { at: ago(240_000), kind: "rejected", outcome: "invalid_token", count: 3 },
    { at: ago(9 * 3_600_000), kind: "rejected", outcome: "rate_limited", arrival: "tunnel:ingress", count: 40 },
    { seq: 1_001, at: ago(300_000), kind: "registered", arrival: "tunnel:ingress", remote_address: "203.0.113.9", client_id: "dyn-7f31", client_name: "Cursor" },
    ...calls,
    { seq: 4, at: ago(30 * 3_600_000), kind: "client_added", client_id: "own-1", client_name: "Kitchen display", by: "desktop" },
    { seq: 3, at: ago(31 * 3_600_000), kind: "secret_rotated", client_id: "own-1", client_name: "Kitchen display", by: "terminal" },
    { seq: 2, at: ago(32 * 3_600_000), kind: "client_changed", client_id: "dyn-7f31", client_name: "Cursor", by: "client" },
    { seq: 1, at: ago(33 * 3_600_000), kind: "client_removed", client_id: "dyn-0001", client_name: "Old helper", by: "rule", outcome: "unused" },
  ];
}

const waiting: PendingRequest = {
  id: "request-9", client_id: "dyn-7f31", client_name: "Cursor", verified: false, redirect_uri: "cursor://callback", redirect_host: "cursor:",
  resource: "https://localhost:9100/mcp", scopes: ["context:read"], arrival: "tunnel", remote_address: "203.0.113.9", user_agent: "Safari",
  navigation: true, requested_at: ago(20_000), expires_at: ago(-100_000), code_required: true, tries_left: 3, proved: false,
  looked_up: true, changed: false, muted: false,
};

export function household(scenario: string): Household {
  const empty = scenario === "empty" || scenario === "first-run";
  const harmful = scenario === "hostile";
  return {
    program: scenario === "failed"
      ? { state: "failed", message: "Port 9100 is used by another program. Close that program, or choose another port with --port or in config.toml." }
      : scenario === "starting" ? { state: "starting" } : { state: "running", first_run: scenario === "first-run" },
    scenario, doorOpen: scenario !== "closed",
    externalIssuer: scenario === "external" ? "https://login.example.org/realms/home" : null,
    paused: scenario === "paused" ? { until: null } : scenario === "paused-hour" ? { until: ago(-3_600_000) } : null,
    view: "home",
    conversations: empty ? 0 : scenario === "busy" ? 100_000 : 240,
    removed: new Set(),
    insights: empty ? [] : [...(scenario === "over-time" ? insightsOverTime() : []), ...Array.from({ length: 73 }, (_, index) => sampleInsight(index))],
    items: empty ? [] : sampleItems(harmful),
    removals: new Map(),
    clients: empty ? [] : sampleClients(harmful),
    blocks: empty ? [] : [{ client_id: "dyn-0bad", client_name: harmful ? hostile.reversed : "Free Prompt Helper", redirect_host: "prompts.example", blocked_at: ago(86_400_000) }],
    pending: empty ? [] : [{ ...waiting, client_name: harmful ? hostile.long : waiting.client_name }],
    audit: empty ? [] : auditTrail(),
    certificates: sampleCertificates(scenario),
    settings: { port: { value: 9100, source: "default" }, theme: { value: "system", source: "default" },
      registration: { value: scenario === "locked" ? "documents" : "open", source: scenario === "locked" ? "environment" : "default" },
      client_documents: { value: "fetch", source: "default" }, remember_consent: { value: false, source: scenario === "locked" ? "environment" : "default" },
      access_token_minutes: { value: 15, source: "default" }, access_token_format: { value: "opaque", source: "default" }, audit_days: { value: null, source: "default" },
      redact_secrets: { value: true, source: "default" }, retention_days: { value: null, source: "default" },
      restart_needed: false, start_at_login: false, start_at_login_available: true, config_file: "/home/ada/.local/share/ambient-insights/config.toml" },
    trust: trustStores(scenario === "first-run"),
    connected: !empty,
    files: new Set(["/home/ada/Downloads/there-already.json"]),
    approvals: approvalsOf(scenario),
    hooks: { consent: scenario === "odd-hooks" ? "log" : "off", is_written: scenario !== "odd-hooks", is_disabled: scenario === "odd-hooks",
      file: "/home/ada/.claude/settings.json", last_heard: scenario === "odd-hooks" ? ago(7_200_000) : null },
    topics: empty ? [] : sampleTopics(harmful),
    dismissedTopics: new Set(),
    imports: empty ? [] : [
      { source: "chatgpt", turns: 1_204, first: ago(800 * 86_400_000), last: ago(40 * 86_400_000), retention: { kind: "as_for_all" } },
      { source: harmful ? hostile.html : "archive", turns: 1, first: ago(90 * 86_400_000), last: ago(90 * 86_400_000), retention: { kind: "days", days: 400 } },
    ],
  };
}
