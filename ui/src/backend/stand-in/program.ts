// The stand-in's answers about the program itself: its state, who is connected, settings, trust, assistants, approvals.

import type { Guide, HookConsent, HooksView, ProviderKind, SettingSource, SetupChange } from "../bindings";
import type { Handlers } from ".";
import type { ClientCommands } from "./clients";
import type { MemoryCommands } from "./memory";
import type { PrivacyCommands } from "./privacy";
import { reachCommands } from "./reach";
import type { TopicCommands } from "./topics";
import { refuse } from "./refusal";
import { ago, now, publicCertificate } from "./samples";
import { tunnelCommands } from "./tunnel";

const url = "https://localhost:9100/mcp";

function guides(connected: boolean): Guide[] {
  const trust = { words: "Let it trust this computer's certificate:", copy: "export NODE_EXTRA_CA_CERTS=/home/ada/.local/share/ambient-insights/certificates/ca.pem" };
  return [
    { id: "claude-code", name: "Claude Code", available: true, needs: null, one_click: true, steps: [
      { words: "Add the server:", copy: `claude mcp add --transport http ambient-insights ${url}` }, trust,
      { words: "Sign in. Type /mcp in Claude Code, or run:", copy: "claude mcp login ambient-insights" },
      { words: "Approve it in the window that comes up.", copy: null } ] },
    { id: "claude-desktop", name: "Claude Desktop", available: false, needs: "Claude Desktop's connectors call from Anthropic's servers. They need a public address, and this program has none yet.", one_click: false, steps: [] },
    { id: "claude-ai", name: "claude.ai", available: false, needs: "claude.ai calls from Anthropic's servers. It needs a public address, and this program has none yet.", one_click: false, steps: [] },
    { id: "chatgpt", name: "ChatGPT", available: false, needs: "ChatGPT calls from OpenAI's servers. It needs a public address, and this program has none yet.", one_click: false, steps: [] },
    { id: "cursor", name: "Cursor", available: true, needs: null, one_click: true, steps: [
      { words: "Add this to ~/.cursor/mcp.json:", copy: `{\n  "mcpServers": {\n    "ambient-insights": { "url": "${url}" }\n  }\n}` },
      { words: "In Cursor's settings, choose “Tools & MCP”, then “Connect”.", copy: null } ] },
    { id: "other", name: "Another program", available: true, needs: null, one_click: false, steps: [
      { words: "Give it this URL. It has to speak streamable HTTP and OAuth:", copy: url },
      { words: connected ? "Approve it in the window that comes up." : "It asks you for approval when it connects.", copy: null } ] },
  ];
}

/** What writing the hooks would change: one entry a hook. */
function hookChanges(now: HooksView, to: HookConsent): SetupChange[] {
  if (now.consent === to && now.is_written) return [];
  const command = `"/usr/bin/ambient-insights" hook claude-code`;
  return ["SessionStart", "Stop", "SessionEnd"].map((event) => ({
    file: now.file, summary: to === "off" ? `remove hooks.${event}` : `add hooks.${event}, so that each finished turn is kept`,
    ...(to === "off" ? { before: command } : { after: command + (to === "log_and_brief" && event === "SessionStart" ? " --brief" : "") }),
  }));
}

export function programCommands(...[home, emit, pause, tell]: Parameters<Handlers>): Omit<ReturnType<Handlers>, keyof MemoryCommands | keyof PrivacyCommands | keyof TopicCommands | keyof ClientCommands> {
  const stateChanged = () => emit("engine", { room: "program", event: "state_changed" });
  const defaults = structuredClone(home.settings);
  /** The way in that was chosen in the form; undefined: as the scenario has it. */
  let provider: ProviderKind | null | undefined;
  const setupDone = new Set(home.connected ? ["cursor"] : []);
  const shown = () => home.approvals[0] ?? null;
  const decide = (id: string) => {
    if (shown()?.facts.id !== id) refuse("not_found", "This request is not waiting any more.");
    home.approvals.shift();
    emit("approval-changed", null);
  };

  return {
    program_state: () => home.program,
    restart_engine: async () => {
      home.program = { state: "starting" };
      stateChanged();
      await pause();
      home.program = { state: "running", first_run: false };
      home.settings = { ...home.settings, restart_needed: false };
      stateChanged();
      return home.program;
    },
    quit: () => tell("quit"),
    finish_first_run: () => {
      home.program = { state: "running", first_run: false };
      stateChanged();
      return null;
    },
    initial_view: () => home.view,
    show_status: () => ({
      version: "0.1.0", pid: 4242, started_at: ago(5 * 3_600_000), door_open: home.doorOpen, mcp_url: url,
      public_url: null, external_issuer: home.externalIssuer, pending_approvals: home.pending.length, paused: home.paused,
      stored: { turns: home.conversations ? 6_392 : 0, conversations: home.conversations, items: home.items.length,
        active_items: home.items.filter((item) => item.state === "active").length,
        suggested_items: home.items.filter((item) => item.state === "suggested").length, insights: home.insights.length,
        turns_to_analyse: 0, first_turn_at: home.conversations ? ago(200 * 86_400_000) : null, last_turn_at: home.conversations ? ago(180_000) : null },
      data_dir: "/home/ada/.local/share/ambient-insights", ca_certificate: "/home/ada/.local/share/ambient-insights/certificates/ca.pem",
    }),
    diagnose: async () => {
      await pause();
      return { ok: false, local_origin: "https://localhost:9100", checks: [
        { name: "data folder", ok: true, detail: "only you can read it" }, { name: "database", ok: true, detail: "whole; 2.1 MiB" },
        { name: "port", ok: true, detail: "9100 answers" }, { name: "certificate", ok: true, detail: "good until 3 December" },
        { name: "trust", ok: false, detail: "Firefox does not know this computer's certificate", remedy: "Settings, “Trust this computer's certificate”, or run: ambient-insights certificates trust" } ] };
    },
    pause: ({ minutes }) => {
      home.paused = { until: minutes === null ? null : new Date(now + minutes * 60_000).toISOString() };
      stateChanged();
      return home.paused;
    },
    resume: () => {
      home.paused = null;
      stateChanged();
      return null;
    },
    panic: () => {
      const grants = home.clients.reduce((sum, client) => sum + client.grants.length, 0);
      const requests = home.pending.length;
      home.clients = home.clients.map((client) => ({ ...client, grants: [], scopes: [] }));
      home.pending = [];
      home.doorOpen = false;
      stateChanged();
      return { grants, requests };
    },
    open_door: () => {
      home.doorOpen = true;
      stateChanged();
      return null;
    },
    ...tunnelCommands(home.scenario, stateChanged, pause, () => provider),
    ...reachCommands(home.scenario, (chosen, restart) => {
      provider = chosen === "ssh" || chosen === "ingress" ? chosen : null;
      if (restart) home.settings = { ...home.settings, restart_needed: true };
      stateChanged();
    }, pause),
    list_approvals: () => home.pending,
    open_approval: ({ id }) => {
      if (!home.pending.some((request) => request.id === id)) refuse("not_found", "This request is not waiting any more.");
      return tell("consent window opened");
    },
    list_blocks: () => home.blocks,
    unblock_client: ({ client_id }) => {
      home.blocks = home.blocks.filter((block) => block.client_id !== client_id);
      return 1;
    },
    list_scopes: () => [
      { scope: "context:read", words: "Read your interests, skills, projects, preferences and goals" },
      { scope: "context:write", words: "Add to and change your interests, skills, projects, preferences and goals" },
      { scope: "conversations:read", words: "Read the conversations that are remembered" },
      { scope: "conversations:write", words: "Remember conversations" },
      { scope: "insights:read", words: "Read the insights drawn from your conversations" },
      { scope: "insights:write", words: "Add and change insights" }, { scope: "connectors:use", words: "Use the other services you have connected" },
      { scope: "web-search:read", words: "Search the web through this program" }, { scope: "admin", words: "Change this program's settings and see who is connected" },
    ],
    open_data_folder: () => tell("data folder opened"),
    show_settings: () => home.settings,
    change_settings: ({ changes, start_at_login }) => {
      let settings = { ...home.settings, start_at_login: start_at_login ?? home.settings.start_at_login };
      for (const { setting, value } of changes) {
        if (setting === "port" && value !== null && (value > 65_535 || value < 0)) refuse("invalid_input", `The port ${value} does not exist: ports go from 1 to 65535; 0 takes a free one.`);
        if (setting === "access_token_minutes" && value !== null && (value < 6 || value > 1_440)) refuse("invalid_input", `This change sets access_token_minutes to "${value}", but it must be a number from 6 to 1440.`);
        const source: SettingSource = value === null ? "default" : "file";
        settings = { ...settings, [setting]: { value: value ?? defaults[setting].value, source }, restart_needed: settings.restart_needed || !["theme", "redact_secrets", "retention_days"].includes(setting) };
      }
      home.settings = settings;
      stateChanged();
      return home.settings;
    },
    list_trust: () => home.trust,
    change_trust: ({ store, action }) => {
      home.trust = home.trust.map((view) => (view.store === store ? { ...view, state: action === "trust" ? "trusted" : "absent" } : view));
      return home.trust;
    },
    show_certificates: () => home.certificates,
    renew_certificates: async () => {
      await pause();
      return home.certificates;
    },
    show_terms: async () => {
      await pause();
      return { name: "memory.example.org", authority: "letsencrypt", terms: "https://letsencrypt.org/documents/LE-SA-v1.5.pdf", agreed: false };
    },
    order_certificate: async ({ agreed_terms }) => {
      await pause();
      const status = home.certificates.public;
      if (!status) refuse("refused", "There is no public name to order a certificate for.");
      const issued = publicCertificate();
      home.certificates = { list: [...home.certificates.list, issued], public: { ...status, state: "in_use", problem: null, agreed_terms, next_order: issued.next_renewal ?? null } };
      return home.certificates;
    },
    list_guides: () => guides(home.connected),
    preview_setup: ({ client, undo, hooks }) => {
      if (hooks) return { client, changes: hookChanges(home.hooks, hooks), notes: [] };
      const done = setupDone.has(client);
      const before = `{\n  "permissions": {}\n}`;
      const after = `{\n  "permissions": {},\n  "env": { "NODE_EXTRA_CA_CERTS": "/home/ada/.local/share/ambient-insights/certificates/ca.pem" }\n}`;
      const changes: SetupChange[] = done !== undo ? [] : [
        { file: "/home/ada/.claude.json", summary: undo ? "Removes the server ambient-insights" : `Adds the server ambient-insights at ${url}` },
        { file: "/home/ada/.claude/settings.json", summary: undo ? "Takes the certificate out of env" : "Adds the certificate to env", before: undo ? after : before, after: undo ? before : after } ];
      return { client, changes, notes: undo ? [] : ["Claude Code reads its settings when it starts: restart it if it is running."] };
    },
    apply_setup: ({ client, undo, hooks }) => {
      if (hooks) {
        home.hooks = { ...home.hooks, consent: hooks, is_written: true };
        return { files: [home.hooks.file], backups: [] };
      }
      if (undo) setupDone.delete(client);
      else setupDone.add(client);
      return { files: ["/home/ada/.claude.json", "/home/ada/.claude/settings.json"], backups: undo ? [] : ["/home/ada/.claude/settings.json.before-ambient-insights"] };
    },
    show_hooks: () => home.hooks,
    copy_text: ({ text }) => tell(`copied ${text}`),

    current_approval: shown,
    approve_request: ({ id, code, scopes, admin_confirmed }) => {
      const screen = shown();
      if (screen?.facts.id !== id) refuse("not_found", "This request is not waiting any more.");
      if (scopes.includes("admin") && !admin_confirmed) refuse("refused", "Changing settings needs a second yes.");
      if (screen!.facts.code_required && code !== "ABCD2345") {
        screen!.tries_left -= 1;
        if (screen!.tries_left > 0) return { outcome: "wrong_code", tries_left: screen!.tries_left };
        decide(id);
        return { outcome: "denied", reason: "Three wrong codes were typed." };
      }
      const { client_name } = screen!.facts;
      decide(id);
      return { outcome: "approved", client_name };
    },
    deny_request: ({ id }) => {
      decide(id);
      return null;
    },
  };
}
