// The contract between the front end and the program. In the end this file is GENERATED from Rust by ts-rs
// (one interface `Commands`, one union per enum, exactly these names); until then this draft stands in its place.
// Times are RFC 3339 in UTC ("2026-11-21T09:30:00.123456Z"). Ids are opaque strings.

export type Timestamp = string;

// ---- failures -------------------------------------------------------------------------------------------
export type FailureCode = "invalid_input" | "not_found" | "refused" | "failed";
/** Every command rejects with this. The message is for people and names the remedy. */
export type Failure = { code: FailureCode; message: string };

// ---- the program ----------------------------------------------------------------------------------------
/** What the host process is doing. `failed`: the engine could not start (port in use, newer database, ...). */
export type ProgramState =
  | { state: "starting" }
  | { state: "running"; first_run: boolean }
  | { state: "failed"; message: string };

export type Statistics = {
  turns: number; conversations: number; items: number; active_items: number; suggested_items: number;
  insights: number; turns_to_analyse: number; first_turn_at: Timestamp | null; last_turn_at: Timestamp | null;
};
/** Remembering is paused; `until` null: until resumed. */
export type Pause = { until: Timestamp | null };
export type Status = {
  version: string; pid: number; started_at: Timestamp;
  /** Whether assistants can reach the program. False after "panic" until it is opened again. */
  door_open: boolean;
  mcp_url: string; public_url: string | null; pending_approvals: number;
  paused: Pause | null;
  stored: Statistics;
  data_dir: string; ca_certificate: string;
};
export type Check = { name: string; ok: boolean; detail: string; remedy?: string };
export type Diagnosis = { ok: boolean; local_origin: string; public_origin?: string; checks: Check[] };

// ---- approvals ------------------------------------------------------------------------------------------
export type ScopeName =
  | "context:read" | "context:write" | "conversations:read" | "conversations:write"
  | "insights:read" | "insights:write" | "connectors:use" | "web-search:read" | "admin";

export type PendingRequest = {
  id: string; client_id: string; client_name: string; verified: boolean;
  redirect_uri: string; redirect_host: string; resource: string; scopes: ScopeName[];
  arrival: string /* "local" | "tunnel" */; provider?: string; remote_address: string | null; user_agent: string | null;
  navigation: boolean; requested_at: Timestamp; expires_at: Timestamp; code_required: boolean;
};

/** How long access lasts. */
export type AccessDuration = "session" | "thirty_days" | "until_revoked";

/** One switch of the consent window. `words` comes from Rust. */
export type ScopeChoice = {
  scope: ScopeName; words: string;
  /** Ticked when the window opens. */
  ticked: boolean;
  /** Giving it needs a second, deliberate confirmation (only `admin`). */
  confirm: boolean;
};
export type DurationChoice = { duration: AccessDuration; words: string };

/** Everything that the consent window shows; made by a pure function in Rust. All texts are plain text. */
export type ConsentFacts = {
  id: string;
  client_name: string; client_id: string; verified: boolean;
  /** "Comes with Ambient Insights: this name is checked." / "This name is the program's own word. Anybody can choose it." */
  verified_words: string;
  /** Host and port that the credentials go to, e.g. "localhost:49152" or "claude.ai". */
  credentials_host: string;
  /** e.g. "a program on this computer" / "a server on the internet" / "a program that has claimed the address cursor:" */
  credentials_words: string;
  /** e.g. "This computer, from a browser" / "The internet, through the tunnel (ingress)". */
  arrival_words: string;
  from_internet: boolean;
  remote_address: string | null; user_agent: string | null;
  resource: string;
  scopes: ScopeChoice[];
  durations: DurationChoice[];
  suggested_duration: AccessDuration;
  /** The code that the waiting page in the browser shows has to be typed here. */
  code_required: boolean;
  /** How many characters the code has. */
  code_length: number;
  requested_at: Timestamp; expires_at: Timestamp;
  /** Warnings in plain words, most serious first; often empty. */
  warnings: string[];
};
/** What the consent window shows now. */
export type ApprovalScreen = {
  facts: ConsentFacts;
  /** Approve may be pressed only so many milliseconds after this was shown; Rust enforces it too. */
  approve_after_ms: number;
  /** How many milliseconds until the request times out. */
  remaining_ms: number;
  /** How many further requests wait. */
  others_waiting: number;
  /** Tries left for the code. */
  tries_left: number;
};
export type ApproveInput = {
  id: string; scopes: ScopeName[]; duration: AccessDuration; code: string | null; admin_confirmed: boolean;
};
/** What came of a decision. On `wrong_code` the window stays. */
export type ApproveOutcome =
  | { outcome: "approved"; client_name: string }
  | { outcome: "wrong_code"; tries_left: number }
  | { outcome: "denied"; reason: string };

// ---- clients --------------------------------------------------------------------------------------------
export type Registration = "built_in" | "dynamic" | "metadata_document" | "static";
export type GrantSummary = {
  id: string; scopes: ScopeName[]; resource: string; redirect_host: string; arrival: string;
  duration: AccessDuration; created_at: Timestamp; last_used_at: Timestamp | null; expires_at: Timestamp;
};
export type ClientSummary = {
  client_id: string; client_name: string; registration: Registration; verified: boolean;
  registered_at: Timestamp | null; last_used_at: Timestamp | null; scopes: ScopeName[]; grants: GrantSummary[];
};
export type Revoked = { grants: number; requests: number };
export type BlockedClient = { client_id: string; client_name: string; redirect_host: string; blocked_at: Timestamp };
/** Every scope there is with its words, to show what a client may do. */
export type ScopeWords = { scope: ScopeName; words: string };

export type AuditKind =
  | "registered" | "asked" | "approved" | "denied" | "blocked" | "unblocked" | "issued" | "refreshed" | "replayed"
  | "revoked" | "tool_called" | "rejected" | "dropped";
export type Decider = "desktop" | "terminal" | "owner" | "client" | "rule";
export type AuditEntry = {
  seq?: number; at: Timestamp; kind: AuditKind; client_id?: string; client_name?: string; grant_id?: string;
  request_id?: string; arrival?: string; remote_address?: string; user_agent?: string; scopes?: ScopeName[];
  by?: Decider; tool?: string; outcome?: string; took_micros?: number; count?: number;
};
export type AuditQuery = {
  since: Timestamp | null; until: Timestamp | null; client_id: string | null; kinds: AuditKind[]; limit: number;
};

// ---- what is remembered ---------------------------------------------------------------------------------
export type Author =
  | { kind: "owner" } | { kind: "client"; client_id: string; client_name: string }
  | { kind: "analysis" } | { kind: "import"; source: string };
export type ItemKind = "interest" | "skill" | "project" | "preference" | "goal";
export type ItemState = "suggested" | "active" | "paused" | "archived" | "dismissed";
export type Side = "user" | "assistant";
/** start/end count Unicode scalar values (code points), not UTF-16 units: use Array.from(text). */
export type Evidence = { turn_id: string; side: Side; start: number; end: number };
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type Item = {
  id: string; kind: ItemKind; name: string; value?: JsonValue; state: ItemState; author: Author;
  edited_by_owner: boolean; created_at: Timestamp; updated_at: Timestamp; stated_at?: Timestamp;
  last_seen_at: Timestamp; support: number; evidence: Evidence[];
};
export type NewItem = { kind: ItemKind; name: string; value: JsonValue };       // value: null but for preferences
export type ItemChange = { name: string | null; value: JsonValue; state: ItemState | null }; // null: stays
export type ItemQuery = { kind: ItemKind | null; state: ItemState | null; limit: number };   // state null: all but dismissed
export type Added = { item: Item; existed: boolean };
/** A removed item can be put back for ten minutes with this. */
export type Removal = { undo: string };

export type Cursor = string;
export type Page<T> = { entries: T[]; next: Cursor | null };
export type Conversation = {
  id: string; author: Author; external_key: string | null; started_at: Timestamp; last_at: Timestamp; turn_count: number;
  /** The beginning of what the person said first, at most 160 characters, one line. */
  opening: string;
};
export type TurnOrder = "newest_first" | "oldest_first";
export type TurnQuery = {
  conversation: string | null; client: string | null; order: TurnOrder; before: Cursor | null; limit: number;
};
export type Turn = {
  id: string; conversation_id: string; author: Author; occurred_at: Timestamp; logged_at: Timestamp;
  external_id?: string; request_key?: string; user_message: string; assistant_response: string;
};
export type InsightState = "active" | "dismissed";
export type Insight = {
  id: string; timestamp: Timestamp; insight_type: string; content: string; context: string; confidence: number;
  state: InsightState; author: Author; created_at: Timestamp; analysis_version?: number; evidence: Evidence[];
  cursor?: Cursor;
};
export type InsightQuery = { insight_type: string | null; state: InsightState; before: Cursor | null; limit: number };

// ---- taking out, bringing in ----------------------------------------------------------------------------
export type ExportFormat = "json" | "markdown";
export type ExportParts = { conversations: boolean; context: boolean; insights: boolean };
export type ExportRequest = { format: ExportFormat; output: string; overwrite: boolean; parts: ExportParts };
export type ExportReport = { output: string; conversations: number; turns: number; items: number; insights: number };
export type ImportFormat = "mcp_data" | "turns" | "json";
export type ImportRequest = { format: ImportFormat; input: string };
export type LineError = { line: number | null; why: string };
export type ImportReport = { imported: number; skipped: number; duplicates: number; errors: LineError[] };

// ---- settings, trust, assistants ------------------------------------------------------------------------
export type Theme = "system" | "light" | "dark";
export type SettingSource = "default" | "file" | "environment" | "command_line";
export type SettingsView = {
  /** The port that is set; the running one is in Status.mcp_url. */
  port: number; port_source: SettingSource;
  /** The port that is set differs from the one in use: restart the engine to take it. */
  restart_needed: boolean;
  theme: Theme; theme_source: SettingSource;
  start_at_login: boolean;
  /** False where the system has no way that we know. */
  start_at_login_available: boolean;
  config_file: string;
};
/** null: stays. A port that the environment or command line sets cannot be changed here (Failure `refused`). */
export type SettingsChange = { port: number | null; theme: Theme | null; start_at_login: boolean | null };

export type TrustAction = "trust" | "untrust";
export type TrustState = "absent" | "incomplete" | "trusted";
export type TrustStoreView = {
  /** "system", "nss:/home/ada/.pki/nssdb" */
  store: string; label: string;
  /** null: it could not be looked at, `problem` says why. */
  state: TrustState | null; problem: string | null;
  /** Whether only an administrator may change it; then `command` is what to type. */
  administrator: boolean; command: string | null;
  /** What trusting it would do, in words. */
  steps: string[];
};

/** How an assistant is connected; texts from Rust. */
export type GuideStep = { words: string; /** Something to copy, monospaced. */ copy: string | null };
export type Guide = {
  id: string /* "claude-code" | "claude-desktop" | "claude-ai" | "chatgpt" | "cursor" | "vscode" | "other" */;
  name: string;
  /** Whether it can connect as things stand; if not `needs` says what is missing. */
  available: boolean; needs: string | null;
  /** `setup` can write its settings with one click. */
  one_click: boolean;
  steps: GuideStep[];
};
export type SetupChange = { file: string; summary: string; before?: string; after?: string };
export type SetupPreview = { client: string; changes: SetupChange[]; notes: string[] };   // no changes: done already
export type SetupApplied = { files: string[]; backups: string[] };

// ---- events ---------------------------------------------------------------------------------------------
export type Subject = "conversation" | "turn" | "item" | "insight";
export type Action = "added" | "stated" | "renamed" | "value_changed" | "state_changed" | "removed";
export type Change = { subject: Subject; id: string | null; action: Action; by: Author };
export type AuthorizationEvent =
  | { what: "request_pending"; id: string }
  | { what: "request_proved"; id: string }
  | { what: "request_decided"; id: string; approved: boolean; by: Decider }
  | { what: "grant_issued"; id: string; client_id: string; client_name: string }
  | { what: "grant_revoked"; id: string; client_id: string; by: Decider }
  | { what: "replay_seen"; id: string; client_id: string; client_name: string }
  | { what: "client_registered"; client_id: string };
export type TransferProgress = { task: "export" | "import"; done: number; total: number | null };
/** Arrives in the main window. Whoever shows something asks for it anew. */
export type Event =
  | { room: "authorization"; event: AuthorizationEvent }
  | { room: "context"; event: Change }
  | { room: "transfer"; event: TransferProgress }
  | { room: "program"; event: "state_changed" };
/** Where the tray wants the main window to go. */
export type View = "home" | "context" | "conversations" | "insights" | "connections" | "data" | "settings";

// ---- commands -------------------------------------------------------------------------------------------
type Nothing = Record<string, never>;
/** Commands of the main window. */
export interface MainCommands {
  program_state: { input: Nothing; output: ProgramState };
  restart_engine: { input: Nothing; output: ProgramState };
  quit: { input: Nothing; output: null };
  finish_first_run: { input: Nothing; output: null };
  /** The view to begin with (the tray may have asked for one). */
  initial_view: { input: Nothing; output: View };
  show_status: { input: Nothing; output: Status };
  diagnose: { input: Nothing; output: Diagnosis };
  pause: { input: { minutes: number | null }; output: Pause };
  resume: { input: Nothing; output: null };
  panic: { input: Nothing; output: Revoked };
  open_door: { input: Nothing; output: null };
  list_approvals: { input: Nothing; output: PendingRequest[] };
  /** Opens the consent window for this entry. */
  open_approval: { input: { id: string }; output: null };
  list_clients: { input: Nothing; output: ClientSummary[] };
  revoke_client: { input: { client_id: string }; output: Revoked };
  list_blocks: { input: Nothing; output: BlockedClient[] };
  unblock_client: { input: { client_id: string }; output: number };
  list_scopes: { input: Nothing; output: ScopeWords[] };
  list_audit: { input: { query: AuditQuery }; output: AuditEntry[] };
  list_items: { input: { query: ItemQuery }; output: Item[] };
  add_item: { input: { item: NewItem }; output: Added };
  edit_item: { input: { id: string; change: ItemChange }; output: Item };
  remove_item: { input: { id: string }; output: Removal };
  undo_removal: { input: { undo: string }; output: Item };
  list_conversations: { input: { before: Cursor | null; limit: number }; output: Page<Conversation> };
  remove_conversation: { input: { id: string }; output: null };
  list_turns: { input: { query: TurnQuery }; output: Page<Turn> };
  show_turn: { input: { id: string }; output: Turn };
  remove_turn: { input: { id: string }; output: null };
  list_insights: { input: { query: InsightQuery }; output: Insight[] };
  dismiss_insight: { input: { id: string }; output: null };
  remove_insight: { input: { id: string }; output: null };
  /** A good place for an export that does not exist yet, e.g. ~/Downloads/ambient-insights-2026-11-21.json. */
  suggest_export: { input: { format: ExportFormat }; output: string };
  /** The system's own dialog; null: cancelled. */
  choose_export: { input: { format: ExportFormat; current: string }; output: string | null };
  choose_import: { input: { format: ImportFormat }; output: string | null };
  export_all: { input: { request: ExportRequest }; output: ExportReport };
  import_from: { input: { request: ImportRequest }; output: ImportReport };
  /** Shows the data folder in the file manager. */
  open_data_folder: { input: Nothing; output: null };
  show_settings: { input: Nothing; output: SettingsView };
  change_settings: { input: { change: SettingsChange }; output: SettingsView };
  list_trust: { input: Nothing; output: TrustStoreView[] };
  change_trust: { input: { store: string; action: TrustAction }; output: TrustStoreView[] };
  list_guides: { input: Nothing; output: Guide[] };
  preview_setup: { input: { client: string; undo: boolean }; output: SetupPreview };
  apply_setup: { input: { client: string; undo: boolean }; output: SetupApplied };
  copy_text: { input: { text: string }; output: null };
}
/** Commands of the consent window, and nothing else. */
export interface ApprovalCommands {
  /** null: nothing is to be decided here any more (the window is about to close). */
  current_approval: { input: Nothing; output: ApprovalScreen | null };
  approve_request: { input: ApproveInput; output: ApproveOutcome };
  deny_request: { input: { id: string; block: boolean }; output: null };
}
/** Event names: "engine" (payload Event) and "view" (payload View) for the main window; "approval-changed"
 *  (no payload: ask current_approval again) for the consent window. */
