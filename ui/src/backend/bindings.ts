// Written from the Rust types by `UPDATE_BINDINGS=1 cargo test --lib bindings`; a test fails when it is stale.

export type ScopeName = "context:read" | "context:write" | "conversations:read" | "conversations:write" | "insights:read" | "insights:write" | "connectors:use" | "web-search:read" | "admin";

export type TrustState = "absent" | "incomplete" | "trusted";

export type TrustAction = "trust" | "untrust";

export type AccessDuration = "session" | "thirty_days" | "until_revoked";

export type AccessTokenFormat = "opaque" | "jwt";

export type Action = "added" | "stated" | "renamed" | "value_changed" | "state_changed" | "target_changed" | "noted" | "removed";

export type AddItem = { 
/**
 * The item.
 */
item: NewItem, };

export type AddStaticClient = { 
/**
 * Its name for people.
 */
name: string, 
/**
 * The addresses that its answers may go to.
 */
redirect_uris: Array<string>, 
/**
 * Its id; one is made if absent.
 */
id: string | null, 
/**
 * How it authenticates.
 */
authentication: ClientAuthentication, 
/**
 * The resources whose tokens it may ask about, as the server behind them.
 */
introspects: Array<string>, };

export type Added = { 
/**
 * The item as it stands now.
 */
item: Item, 
/**
 * It was there before, under this name or another spelling of it.
 */
existed: boolean, };

export type ApprovalScreen = { 
/**
 * The facts.
 */
facts: ConsentFacts, 
/**
 * Only so many milliseconds from now can it be approved: nobody says yes to what they had no time to see.
 */
approve_after_ms: number, 
/**
 * In so many milliseconds it is denied by itself.
 */
remaining_ms: number, 
/**
 * How many further requests wait.
 */
others_waiting: number, 
/**
 * How often the code may still be typed.
 */
tries_left: number, };

export type ApproveInput = { 
/**
 * The request that was on the screen.
 */
id: RequestId, 
/**
 * The scopes that are ticked.
 */
scopes: Array<string>, 
/**
 * How long access lasts.
 */
duration: AccessDuration, 
/**
 * The typed code, where one is needed.
 */
code: string | null, 
/**
 * That `admin` is meant.
 */
admin_confirmed: boolean, };

export type ApproveOutcome = { "outcome": "approved", 
/**
 * Its name.
 */
client_name: string, } | { "outcome": "wrong_code", 
/**
 * How many tries are left.
 */
tries_left: number, } | { "outcome": "denied", 
/**
 * Why.
 */
reason: string, };

export type AuditEntry = { 
/**
 * Its place in the trail; lines of rejections have none.
 */
seq?: number, 
/**
 * When it happened; for rejections the start of the minute.
 */
at: Timestamp, 
/**
 * What it tells.
 */
kind: AuditKind, 
/**
 * The client.
 */
client_id?: string, 
/**
 * The client's name for people.
 */
client_name?: string, 
/**
 * The grant.
 */
grant_id?: GrantId, 
/**
 * The authorization request.
 */
request_id?: RequestId, 
/**
 * Where it came from: `local` or `tunnel:PROVIDER`.
 */
arrival?: string, 
/**
 * The peer's address.
 */
remote_address?: string, 
/**
 * What the peer called itself.
 */
user_agent?: string, 
/**
 * The scopes it is about.
 */
scopes?: ScopeSet, 
/**
 * Who decided.
 */
by?: Decider, 
/**
 * The tool that was called.
 */
tool?: string, 
/**
 * How it ended, or why.
 */
outcome?: string, 
/**
 * How long it took, in microseconds.
 */
took_micros?: number, 
/**
 * How many there were.
 */
count?: number, };

export type AuditKind = "registered" | "asked" | "proved" | "approved" | "denied" | "blocked" | "muted" | "unblocked" | "issued" | "refreshed" | "replayed" | "revoked" | "tool_called" | "client_added" | "client_changed" | "secret_rotated" | "client_removed" | "rejected" | "dropped";

export type AuditQuery = { 
/**
 * Only lines from then on.
 */
since: Timestamp | null, 
/**
 * Only lines before then.
 */
until: Timestamp | null, 
/**
 * Only this client's.
 */
client_id: string | null, 
/**
 * Only these kinds; empty: all.
 */
kinds: Array<AuditKind>, 
/**
 * Only lines with a smaller number: the place where the page before ended. Counts of rejections have no
 * number and are left out.
 */
before?: number | null, 
/**
 * At most so many, the newest first.
 */
limit: number, };

export type Author = { "kind": "owner" } | { "kind": "client", 
/**
 * Its OAuth client id.
 */
client_id: string, 
/**
 * The name it gave itself.
 */
client_name: string, } | { "kind": "analysis" } | { "kind": "import", 
/**
 * The format or the program that the file came from.
 */
source: string, };

export type AuthorizationEvent = { "what": "request_pending", 
/**
 * The request.
 */
id: RequestId, } | { "what": "request_proved", 
/**
 * The request.
 */
id: RequestId, } | { "what": "request_decided", 
/**
 * The request.
 */
id: RequestId, 
/**
 * Whether it was approved.
 */
approved: boolean, 
/**
 * Who decided.
 */
by: Decider, } | { "what": "consent_remembered", 
/**
 * The request.
 */
id: RequestId, 
/**
 * The client.
 */
client_id: string, 
/**
 * Its name for people.
 */
client_name: string, } | { "what": "grant_issued", 
/**
 * The grant.
 */
id: GrantId, 
/**
 * The client.
 */
client_id: string, 
/**
 * Its name for people.
 */
client_name: string, } | { "what": "grant_revoked", 
/**
 * The grant.
 */
id: GrantId, 
/**
 * The client.
 */
client_id: string, 
/**
 * Who ended it.
 */
by: Decider, } | { "what": "replay_seen", 
/**
 * The grant.
 */
id: GrantId, 
/**
 * The client.
 */
client_id: string, 
/**
 * Its name for people.
 */
client_name: string, } | { "what": "client_registered", 
/**
 * The client.
 */
client_id: string, } | { "what": "client_changed", 
/**
 * The client.
 */
client_id: string, 
/**
 * By whose hand.
 */
by: Decider, };

export type BlockedClient = { 
/**
 * The client.
 */
client_id: string, 
/**
 * Its name for people; its id where no name is known any more.
 */
client_name: string, 
/**
 * The host that its answers would go to.
 */
redirect_host: string, 
/**
 * Since when.
 */
blocked_at: Timestamp, 
/**
 * Until when its requests stay quiet; nothing where they are denied, which has no end.
 */
muted_until?: Timestamp, };

export type CancelTransfer = { 
/**
 * Exports or imports.
 */
task: TransferTask, };

export type Capabilities = { 
/**
 * Who can read what goes through.
 */
secrecy: Secrecy, 
/**
 * How long the public name stays the same.
 */
name: PublicName, 
/**
 * Whether it takes an account with somebody.
 */
needs_account: boolean, 
/**
 * Whether the address of who connects is known.
 */
gives_peer_address: boolean, };

export type CertificateInfo = { 
/**
 * The host names and addresses that it certifies; of a CA, those that it may certify.
 */
names: Array<string>, 
/**
 * Whom it names as its holder (X.500 name).
 */
subject: string, 
/**
 * Who signed it (X.500 name).
 */
issuer: string, 
/**
 * The serial number: hexadecimal octets with colons.
 */
serial: string, 
/**
 * From when on it is valid.
 */
not_before: Timestamp, 
/**
 * Until when it is valid.
 */
not_after: Timestamp, 
/**
 * What it is used for.
 */
use: CertificateUse, 
/**
 * When it will be renewed by itself; absent for a CA.
 */
next_renewal?: Timestamp, 
/**
 * The addresses at which it is shown; none for a CA, which is never shown itself.
 */
used_at: Array<string>, 
/**
 * The file that holds it; absent where it lives in memory alone.
 */
path?: string, };

export type CertificateUse = "ca" | "local" | "public";

export type Certificates = { 
/**
 * Those in use, the authority's own first.
 */
list: Array<CertificateInfo>, 
/**
 * How it stands with the one for the public name; none where there is no such name.
 */
public: PublicStatus | null, };

export type Change = { 
/**
 * What kind of thing.
 */
subject: Subject, 
/**
 * Which one; none: many at once (an import, a rebuild), read anew.
 */
id: string | null, 
/**
 * What happened.
 */
action: Action, 
/**
 * Who did it.
 */
by: Author, };

export type ChangeClientRule = { 
/**
 * The client's id; for the time alone also the source of an import.
 */
client_id: string, 
/**
 * The new mode; none: as it is.
 */
mode: ClientMode | null, 
/**
 * The new time; none: as it is.
 */
retention: Retention | null, };

export type ChangeReach = { 
/**
 * The id of the chosen provider.
 */
provider: string, 
/**
 * The id of the chosen source of a certificate.
 */
certificate: string, 
/**
 * The settings that count for these, as they were filled in; one that is missing stays as it was.
 */
values: Array<ReachValue>, };

export type ChangeSettingsInput = { changes: Array<SettingChange>, 
/**
 * None: it stays.
 */
start_at_login: boolean | null, };

export type ChangeTrust = { store: string, action: TrustAction, };

export type Check = { 
/**
 * What was looked at.
 */
name: string, 
/**
 * Whether it is in order.
 */
ok: boolean, 
/**
 * What was seen.
 */
detail: string, 
/**
 * What to do, where it is not in order.
 */
remedy?: string, };

export type ChooseExport = { format: ExportFormat, current: string, };

export type ChooseImport = { 
/**
 * A folder; else a file. The system's dialogs know only one of the two.
 */
folder: boolean, };

export type ClientAuthentication = { "kind": "public" } | { "kind": "generated_secret" } | { "kind": "given_secret", 
/**
 * 32 or more random characters.
 */
secret: SecretText, };

export type ClientCredentials = { 
/**
 * The client's id.
 */
client_id: string, 
/**
 * Its secret, if it was made just now. It is kept nowhere and can not be shown again.
 */
client_secret?: SecretText, 
/**
 * Until when the secret before it is good too.
 */
old_secret_until?: Timestamp, };

export type ClientDocuments = "fetch" | "known" | "off";

export type ClientMode = "normal" | "read_only" | "incognito";

export type ClientRule = { 
/**
 * How it may use the memory.
 */
mode: ClientMode, 
/**
 * How long what it brought is kept.
 */
retention: Retention, };

export type CommitmentStatus = "open" | "overdue" | "done";

export type ConfirmForgetting = { 
/**
 * The preview's handle.
 */
handle: string, };

export type ConsentFacts = { 
/**
 * The request.
 */
id: RequestId, 
/**
 * The client's name.
 */
client_name: string, 
/**
 * The client.
 */
client_id: string, 
/**
 * Whether the name is more than the client's own word.
 */
verified: boolean, 
/**
 * What that means.
 */
verified_words: string, 
/**
 * The host that has the client's metadata, which is proved; its name is its own word all the same.
 */
verified_host: string | null, 
/**
 * Whether the client is not the same as when it was approved before.
 */
changed: boolean, 
/**
 * Host and port that the credentials go to.
 */
credentials_host: string, 
/**
 * What is there.
 */
credentials_words: string, 
/**
 * Where the request came from.
 */
arrival_words: string, 
/**
 * Whether it came from the internet, and its browser was not proved to be on this computer.
 */
from_internet: boolean, 
/**
 * The browser's address, where it is known.
 */
remote_address: string | null, 
/**
 * What the browser calls itself.
 */
user_agent: string | null, 
/**
 * What access is asked for.
 */
resource: string, 
/**
 * The scopes that were asked for, as switches.
 */
scopes: Array<ScopeChoice>, 
/**
 * How long access may last.
 */
durations: Array<DurationChoice>, 
/**
 * The one that is chosen when the window opens.
 */
suggested_duration: AccessDuration, 
/**
 * Whether the code that the waiting page shows has to be typed.
 */
code_required: boolean, 
/**
 * How many characters the code has.
 */
code_length: number, 
/**
 * When it was asked.
 */
requested_at: Timestamp, 
/**
 * Until when it can be decided.
 */
expires_at: Timestamp, 
/**
 * Warnings, the most serious first.
 */
warnings: Array<string>, };

export type Conversation = { 
/**
 * Its id.
 */
id: ConversationId, 
/**
 * Whose conversation it is: the client that logged it, or the import that brought it.
 */
author: Author, 
/**
 * The client's own key for it.
 */
external_key: string | null, 
/**
 * When its earliest turn happened.
 */
started_at: Timestamp, 
/**
 * When its latest turn happened.
 */
last_at: Timestamp, 
/**
 * How many turns it has.
 */
turn_count: number, 
/**
 * The beginning of what the person said first: one line of at most [`OPENING_CHARS`] characters.
 */
opening: string, };

export type ConversationId = string;

export type CopyText = { text: string, };

export type Cursor = string;

export type Day = string;

export type Decider = "desktop" | "terminal" | "owner" | "client" | "rule";

export type DenyInput = { id: string, 
/**
 * Whether the client's further requests are refused unseen.
 */
block: boolean, 
/**
 * Whether they stay quiet for a day; a block is more.
 */
mute: boolean, };

export type Diagnose = Record<symbol, never>;

export type Diagnosis = { 
/**
 * Whether every check is in order.
 */
ok: boolean, 
/**
 * The origin for assistants on this computer.
 */
local_origin: string, 
/**
 * The origin for assistants in the cloud, where there is one.
 */
public_origin?: string, 
/**
 * One by one.
 */
checks: Array<Check>, };

export type Direction = "rising" | "fading";

export type DismissInsight = { 
/**
 * The insight.
 */
id: InsightId, };

export type DismissTopic = { 
/**
 * The topic.
 */
key: TopicKey, 
/**
 * Whether it is to be left out.
 */
dismissed: boolean, };

export type Drop = { "what": "held" } | { "what": "gone" } | { "what": "dropped", 
/**
 * Where they lie.
 */
paths: Array<string>, };

export type DurationChoice = { 
/**
 * The duration.
 */
duration: AccessDuration, 
/**
 * What it means.
 */
words: string, };

export type EarlierValue = { 
/**
 * The value.
 */
value: JsonValue, 
/**
 * Since when it was known.
 */
since: Timestamp, 
/**
 * When another took its place.
 */
until: Timestamp, };

export type EditItem = { 
/**
 * The item.
 */
id: ItemId, 
/**
 * What is to be different.
 */
change: ItemChange, };

export type Event = { "room": "authorization", "event": AuthorizationEvent } | { "room": "context", "event": Change } | { "room": "transfer", "event": TransferProgress } | { "room": "program", "event": ProgramEvent } | { "room": "surface", "event": SurfaceRequest };

export type Evidence = { 
/**
 * The turn.
 */
turn_id: TurnId, 
/**
 * Which of its texts.
 */
side: Side, 
/**
 * The first character, counted in Unicode scalar values from the text's start.
 */
start: number, 
/**
 * Behind the last character, counted the same way.
 */
end: number, };

export type Example = { 
/**
 * What it is.
 */
kind: Subject, 
/**
 * Its id.
 */
id: string, 
/**
 * Its beginning, or the words around the phrase, as one line.
 */
text: string, 
/**
 * When it happened or was last seen.
 */
at: Timestamp, };

export type Export = { 
/**
 * The form and the place.
 */
request: ExportRequest, 
/**
 * Whether the audit trail goes along, as the member `audit`: with JSON alone, and an import passes over it.
 */
with_audit?: boolean, };

export type ExportFilter = { 
/**
 * Only turns and insights from then on, and what was last seen then or later.
 */
since: Timestamp | null, 
/**
 * Only turns and insights from before then, and what was known before.
 */
until: Timestamp | null, 
/**
 * Only what this client (its id) or import (its source) brought, and what was found in its turns.
 */
client: string | null, };

export type ExportFormat = "json" | "markdown" | "csv" | "html" | "mcp_data";

export type ExportParts = { 
/**
 * The conversations with their turns.
 */
conversations: boolean, 
/**
 * Interests, skills, projects, preferences and goals.
 */
context: boolean, 
/**
 * The insights.
 */
insights: boolean, };

export type ExportReport = { 
/**
 * The file or folder.
 */
output: string, 
/**
 * How many conversations it holds.
 */
conversations: number, 
/**
 * How many turns.
 */
turns: number, 
/**
 * How many interests and so on.
 */
items: number, 
/**
 * How many insights.
 */
insights: number, };

export type ExportRequest = { 
/**
 * The form.
 */
format: ExportFormat, 
/**
 * The file or folder.
 */
output: string, 
/**
 * Whether an earlier export of that name may be replaced.
 */
overwrite: boolean, 
/**
 * What of it.
 */
parts: ExportParts, 
/**
 * From when, and from whom.
 */
filter?: ExportFilter, };

export type Failure = { 
/**
 * What kind of failure it is.
 */
code: FailureCode, 
/**
 * What happened, why, what to do.
 */
message: string, };

export type FailureCode = "invalid_input" | "not_found" | "refused" | "failed";

export type Forget = { "what": "turn", 
/**
 * The turn.
 */
id: TurnId, } | { "what": "conversation", 
/**
 * The conversation.
 */
id: ConversationId, } | { "what": "thing", 
/**
 * Its id.
 */
id: string, } | { "what": "client", 
/**
 * The client's id, or the import's source.
 */
client: string, } | { "what": "phrase", 
/**
 * The words.
 */
phrase: string, } | { "what": "everything" };

export type ForgetCounts = { 
/**
 * Turns.
 */
turns: number, 
/**
 * Conversations of which no turn is left then.
 */
conversations: number, 
/**
 * Interests and so on: chosen themselves, or known from the chosen turns alone.
 */
items: number, 
/**
 * Insights, likewise.
 */
insights: number, };

export type ForgetPreview = { 
/**
 * What confirms it, once; none: there is nothing to forget.
 */
handle: string | null, 
/**
 * Until when.
 */
expires_at: Timestamp, 
/**
 * How much goes.
 */
counts: ForgetCounts, 
/**
 * The newest few.
 */
examples: Array<Example>, };

export type Forgotten = { 
/**
 * How much.
 */
counts: ForgetCounts, 
/**
 * Copies of the store beside it that were removed because they held it too.
 */
backups_removed: string[], };

export type FoundKind = "turn" | "insight" | "interest" | "skill" | "project" | "preference" | "goal";

export type GrantId = string;

export type GrantSummary = { 
/**
 * The grant.
 */
id: GrantId, 
/**
 * What it allows.
 */
scopes: ScopeSet, 
/**
 * What it is for.
 */
resource: string, 
/**
 * Where its code went.
 */
redirect_host: string, 
/**
 * Where its request came from: `local` or `tunnel:PROVIDER`.
 */
arrival: string, 
/**
 * How long the owner gave it.
 */
duration: AccessDuration, 
/**
 * Since when it holds.
 */
created_at: Timestamp, 
/**
 * When one of its tokens was last used.
 */
last_used_at: Timestamp | null, 
/**
 * When it ends if it is not refreshed before.
 */
expires_at: Timestamp, };

export type Guide = { 
/**
 * A stable name, for example `claude-code`.
 */
id: string, 
/**
 * The name that a person knows.
 */
name: string, 
/**
 * Whether it can connect as things stand.
 */
available: boolean, 
/**
 * If not: what is missing.
 */
needs: string | null, 
/**
 * `setup` can write its settings with one click.
 */
one_click: boolean, 
/**
 * What to do by hand, in order; empty where it can not connect.
 */
steps: Array<GuideStep>, };

export type GuideStep = { 
/**
 * What to do.
 */
words: string, 
/**
 * What to copy for it.
 */
copy: string | null, };

export type Hit = { 
/**
 * The id of the turn, insight or item.
 */
id: string, 
/**
 * A turn's id where it came from.
 */
external_id?: string, 
/**
 * What it is.
 */
kind: FoundKind, 
/**
 * One line that says what it is about.
 */
title: string, 
/**
 * The address of its resource, such as `ambient://turns/{id}`.
 */
url: string, 
/**
 * Its whole text.
 */
text: string, 
/**
 * The part of its text where the words are.
 */
snippet: Snippet, 
/**
 * A turn's conversation.
 */
conversation_id?: ConversationId, 
/**
 * Who brought it.
 */
author: Author, 
/**
 * When it happened; of an item: when it last changed.
 */
occurred_at: Timestamp, 
/**
 * Where an insight or item stands.
 */
state?: string, 
/**
 * How well it fits; to be compared within one answer only.
 */
score: number, 
/**
 * Why it was found.
 */
why: Why, 
/**
 * The turns around it, in the order they happened, if that was asked for.
 */
neighbours?: Array<Neighbour>, };

export type HookConsent = "off" | "log" | "log_and_brief";

export type HooksView = { last_heard: Timestamp | null, 
/**
 * What the owner allowed.
 */
consent: HookConsent, 
/**
 * Whether Claude Code's settings hold just that: the hooks of this very program, or none.
 */
is_written: boolean, 
/**
 * Claude Code's own settings switch every hook off.
 */
is_disabled: boolean, 
/**
 * Where they stand.
 */
file: string, };

export type HostKeyOffer = { 
/**
 * The host's name as it is set.
 */
host: string, 
/**
 * Its port.
 */
port: number, 
/**
 * The kind of key: `ssh-ed25519`.
 */
algorithm: string, 
/**
 * The fingerprint as `ssh-keygen -l` shows it: `SHA256:…`.
 */
fingerprint: string, 
/**
 * The key itself in the form of `known_hosts`.
 */
key: string, };

export type Import = { 
/**
 * The form and the place.
 */
request: ImportRequest, 
/**
 * How long what comes in from other programs is kept; none: as the rules stand.
 */
keep?: Retention | null, };

export type ImportFormat = "json" | "chatgpt" | "claude" | "claude_code" | "memory_graph" | "open_memory" | "mcp_data" | "turns";

export type ImportReport = { 
/**
 * What kind of file or folder it was.
 */
format: ImportFormat | null, 
/**
 * Nothing was stored.
 */
dry_run: boolean, 
/**
 * It was stopped before the end. What is counted here is stored; the same import goes on where it stopped.
 */
cancelled: boolean, 
/**
 * Turns, items and insights that are in the store now and were not before.
 */
imported: number, 
/**
 * How many of them are turns.
 */
turns: number, 
/**
 * In how many conversations these turns are.
 */
conversations: number, 
/**
 * How many are interests, skills, projects, preferences or goals.
 */
items: number, 
/**
 * How many are insights.
 */
insights: number, 
/**
 * Records that could not be read or break a rule; see `errors`.
 */
skipped: number, 
/**
 * Records that were in the store before.
 */
duplicates: number, 
/**
 * How many of the turns of other programs are older than what is kept: they are soon removed again.
 */
expiring: number, 
/**
 * The first hundred bad records.
 */
errors: Array<LineError>, 
/**
 * What was passed over as a whole, in words: it is no memory, or of a kind that nobody knows here.
 */
left_out?: Array<string>, };

export type ImportRequest = { 
/**
 * What kind of file or folder it is; none: whatever it looks like.
 */
format?: ImportFormat | null, 
/**
 * The file or folder.
 */
input: string, 
/**
 * Whether nothing is to be stored: the report says what would be.
 */
dry_run?: boolean, };

export type Imported = { 
/**
 * The source: a format's name such as `chatgpt`, or what a file of turns calls its client. Where it is to be
 * forgotten or kept for a time of its own, it stands in a client's place.
 */
source: string, 
/**
 * How many turns of it are here.
 */
turns: number, 
/**
 * When the earliest of them happened.
 */
first: Timestamp, 
/**
 * When the latest of them happened.
 */
last: Timestamp, 
/**
 * How long they are kept.
 */
retention: Retention, };

export type Insight = { 
/**
 * Its id.
 */
id: InsightId, 
/**
 * When it was last seen.
 */
timestamp: Timestamp, 
/**
 * What kind of insight, for example `learning_moment`.
 */
insight_type: string, 
/**
 * What was noticed.
 */
content: string, 
/**
 * The beginning of the text it was noticed in.
 */
context: string, 
/**
 * How sure that is, from 0 to 1.
 */
confidence: number, 
/**
 * Where it stands.
 */
state: InsightState, 
/**
 * Who found or brought it.
 */
author: Author, 
/**
 * When it came into the store.
 */
created_at: Timestamp, 
/**
 * The version of the rules that found it.
 */
analysis_version?: number, 
/**
 * It follows from many turns together: it is concluded anew whenever they change.
 */
over_time?: boolean, 
/**
 * The owner decided about it: analysis leaves its state as it is.
 */
edited_by_owner?: boolean, 
/**
 * The day that a commitment names.
 */
due?: Day, 
/**
 * The figures behind it.
 */
detail?: InsightDetail, 
/**
 * What it stands on: the newest few.
 */
evidence: Array<Evidence>, 
/**
 * Where a listing that ends here goes on.
 */
cursor?: Cursor, };

export type InsightDetail = { "about": "trend", 
/**
 * In how many turns of the last days.
 */
recent: number, 
/**
 * How many turns there were in those days.
 */
recent_turns: number, 
/**
 * How many days those are.
 */
recent_days: number, 
/**
 * In how many turns of the days before them.
 */
before: number, 
/**
 * How many turns there were in those.
 */
before_turns: number, 
/**
 * How many days those are.
 */
before_days: number, } | { "about": "recurrence", 
/**
 * In how many turns.
 */
turns: number, 
/**
 * In how many conversations.
 */
conversations: number, 
/**
 * On how many days.
 */
days: number, } | { "about": "commitment", 
/**
 * The day it names.
 */
due: Day | null, 
/**
 * Where it stands.
 */
status: CommitmentStatus, } | { "about": "change", 
/**
 * What it is about.
 */
subject: string, 
/**
 * What it was.
 */
was: string, 
/**
 * Since when that was known; none: it was only told when it had changed.
 */
since: Timestamp | null, 
/**
 * When it changed.
 */
until: Timestamp, 
/**
 * What it is now; none: it is no longer.
 */
now: string | null, } | { "about": "goal", 
/**
 * The goal.
 */
goal: ItemId, 
/**
 * How many steps were told of.
 */
steps: number, 
/**
 * When it was last spoken of.
 */
last: Timestamp, 
/**
 * The day by which it is to be reached.
 */
target: Day | null, } | { "about": "rhythm", 
/**
 * The counts.
 */
hours: Array<number>, 
/**
 * The first day that is counted.
 */
since: Day, } | { "about": "week", 
/**
 * Its Monday.
 */
monday: Day, 
/**
 * How many turns it had.
 */
turns: number, 
/**
 * How many conversations.
 */
conversations: number, 
/**
 * What was spoken of most, and in how many turns.
 */
topics: Array<[string, number]>, };

export type InsightId = string;

export type InsightQuery = { 
/**
 * Only of this type.
 */
insight_type: string | null, 
/**
 * Only in this state; without it: what is suggested or active.
 */
state: InsightState | null, 
/**
 * Only those behind this place.
 */
before: Cursor | null, 
/**
 * How many at most (1 to 1000).
 */
limit: number, };

export type InsightState = "suggested" | "active" | "paused" | "archived" | "dismissed";

export type Item = { 
/**
 * Its id.
 */
id: ItemId, 
/**
 * What it is.
 */
kind: ItemKind, 
/**
 * Its name; a preference's key.
 */
name: string, 
/**
 * A preference's value.
 */
value?: JsonValue, 
/**
 * Where it stands.
 */
state: ItemState, 
/**
 * Where it comes from: who said it, or analysis.
 */
author: Author, 
/**
 * The owner changed it by hand: analysis leaves it as it is.
 */
edited_by_owner: boolean, 
/**
 * When it came into the store.
 */
created_at: Timestamp, 
/**
 * When its name, value or state last changed.
 */
updated_at: Timestamp, 
/**
 * When somebody last said it outright.
 */
stated_at?: Timestamp, 
/**
 * When it was last said outright or found in a turn.
 */
last_seen_at: Timestamp, 
/**
 * In how many conversations it was found.
 */
support: number, 
/**
 * The day by which a goal is to be reached.
 */
target?: Day, 
/**
 * What was noted about it, the last first: the newest few.
 */
notes?: Array<ItemNote>, 
/**
 * The values that a preference had before, the last first: the newest few.
 */
earlier?: Array<EarlierValue>, 
/**
 * What it stands on: the newest few.
 */
evidence: Array<Evidence>, };

export type ItemChange = { 
/**
 * The new name.
 */
name: string | null, 
/**
 * A preference's new value.
 */
value: JsonValue | null, 
/**
 * The new state.
 */
state: ItemState | null, 
/**
 * The day by which a goal is to be reached.
 */
target?: Day, 
/**
 * The goal has no day any more.
 */
clear_target?: boolean, 
/**
 * A note to add, for example a step towards a goal: one line.
 */
note?: string, };

export type ItemId = string;

export type ItemKind = "interest" | "skill" | "project" | "preference" | "goal";

export type ItemNote = { 
/**
 * When it was noted.
 */
at: Timestamp, 
/**
 * Who noted it.
 */
author: Author, 
/**
 * The note: one line.
 */
text: string, };

export type ItemQuery = { 
/**
 * Only of this kind.
 */
kind: ItemKind | null, 
/**
 * Only in this state; without it: all but dismissed ones.
 */
state: ItemState | null, 
/**
 * How many at most (1 to 1000).
 */
limit: number, };

export type ItemState = "suggested" | "active" | "paused" | "archived" | "dismissed";

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

export type KnownClient = { 
/**
 * How it may use the memory.
 */
mode: ClientMode, 
/**
 * How long what it brought is kept.
 */
retention: Retention, 
/**
 * The client.
 */
client_id: string, 
/**
 * Its name for people.
 */
client_name: string, 
/**
 * How it became known.
 */
registration: Registration, 
/**
 * Whether the name is more than the client's own word.
 */
verified: boolean, 
/**
 * Where its answers may go; none is listed of a client that did not register here.
 */
redirect_uris: Array<string>, 
/**
 * Whether it authenticates with a secret.
 */
has_secret: boolean, 
/**
 * Until when the secret before its present one is good too.
 */
old_secret_until: Timestamp | null, 
/**
 * Where it is written down, if the owner registered it.
 */
source: StaticSource | null, 
/**
 * By whose hand it was registered beforehand: an assistant with a shell could have done it at a terminal.
 */
added_by: Decider | null, 
/**
 * Where its answers go, for people: hosts, or the scheme of a program on this computer. Sorted, each once.
 */
destinations: Array<string>, 
/**
 * The same for all that registered themselves under one name for the same destinations: they are one program
 * to a person. None: it stands for itself.
 */
alike: string | null, 
/**
 * Whether [`Authorization::remove_client`] is offered: for the owner's own, and for what registered itself
 * once it has no access.
 */
removable: boolean, 
/**
 * When it is forgotten if it is not used before; only clients that registered themselves and have nothing
 * are.
 */
expires_at: Timestamp | null, 
/**
 * When it registered; those that come with the program never did.
 */
registered_at: Timestamp | null, 
/**
 * When it last used a token or exchanged a code.
 */
last_used_at: Timestamp | null, 
/**
 * Everything that its grants together allow.
 */
scopes: ScopeSet, 
/**
 * Its live grants, oldest first. None: it is not connected.
 */
grants: Array<GrantSummary>, };

export type LineError = { 
/**
 * Its line, from 1; none where the file has no lines to speak of.
 */
line: number | null, 
/**
 * Which file it is in, where there are several, and its place in a JSON document: `conversations.json[7]`.
 */
at?: string, 
/**
 * What is wrong with it.
 */
why: string, };

export type ListApprovals = Record<symbol, never>;

export type ListAudit = { 
/**
 * What to read.
 */
query: AuditQuery, };

export type ListBlocks = Record<symbol, never>;

export type ListClients = Record<symbol, never>;

export type ListConversations = { 
/**
 * Behind this place of an earlier page.
 */
before: Cursor | null, 
/**
 * At most so many.
 */
limit: number, };

export type ListImports = Record<symbol, never>;

export type ListInsights = { 
/**
 * Which, and how many.
 */
query: InsightQuery, };

export type ListItems = { 
/**
 * Which, and how many.
 */
query: ItemQuery, };

export type ListTopicTurns = { 
/**
 * The topic.
 */
key: TopicKey, 
/**
 * Only behind this place.
 */
before: Cursor | null, 
/**
 * How many at most (1 to 1000).
 */
limit: number, };

export type ListTopics = { 
/**
 * What to list, and in which order.
 */
query: TopicQuery, };

export type ListTurns = { 
/**
 * Which, and how many.
 */
query: TurnQuery, };

export type Mark = { 
/**
 * The first character.
 */
start: number, 
/**
 * Behind the last one.
 */
end: number, };

export type MentionKind = "topic" | "person" | "tool" | "project";

export type Neighbour = { 
/**
 * Its id.
 */
id: TurnId, 
/**
 * When it happened.
 */
occurred_at: Timestamp, 
/**
 * What the person said.
 */
user_message: string, 
/**
 * What the assistant answered.
 */
assistant_response: string, };

export type NewItem = { 
/**
 * What it is.
 */
kind: ItemKind, 
/**
 * Its name; a preference's key.
 */
name: string, 
/**
 * A preference's value; none for the other kinds.
 */
value: JsonValue | null, };

export type Nothing = Record<symbol, never>;

export type OpenApproval = { id: string, };

export type OpenDoor = Record<symbol, never>;

export type OrderCertificate = { 
/**
 * The address of the terms that the person has been shown and agrees to; none where the authority has none.
 */
agreed_terms: string | null, };

export type Page<T> = { 
/**
 * The rows, in the order of the listing.
 */
entries: Array<T>, 
/**
 * Hand this in for the next page; none: this was the last.
 */
next: Cursor | null, };

export type Panic = Record<symbol, never>;

export type Pause = { 
/**
 * When it ends by itself; none: when the owner resumes.
 */
until: Timestamp | null, };

export type PauseRemembering = { 
/**
 * For how many minutes; without it: until resumed.
 */
minutes: number | null, };

export type PendingRequest = { 
/**
 * The request.
 */
id: RequestId, 
/**
 * The client that asks.
 */
client_id: string, 
/**
 * Its name, cleaned for display. Its own word unless `verified`.
 */
client_name: string, 
/**
 * Whether the name is more than the client's own word.
 */
verified: boolean, 
/**
 * Where the answer goes.
 */
redirect_uri: string, 
/**
 * The host of it: where the credentials go.
 */
redirect_host: string, 
/**
 * What access is asked for.
 */
resource: string, 
/**
 * The scopes that are asked for.
 */
scopes: ScopeSet, 
/**
 * `local` or `tunnel`.
 */
arrival: string, 
/**
 * The tunnel's provider.
 */
provider?: string, 
/**
 * The browser's address, where it is known.
 */
remote_address: string | null, 
/**
 * What the browser calls itself.
 */
user_agent: string | null, 
/**
 * Whether a person's browser navigated there (`Sec-Fetch-Dest` is `document` or absent); otherwise some
 * page may have sent the browser in the background.
 */
navigation: boolean, 
/**
 * When it was asked.
 */
requested_at: Timestamp, 
/**
 * Until when it can be decided.
 */
expires_at: Timestamp, 
/**
 * Whether the code that the waiting page shows has to be typed.
 */
code_required: boolean, 
/**
 * How often it may still be typed wrong; the last time denies the request.
 */
tries_left: number, 
/**
 * Whether the client was looked up. Otherwise it is known by its address alone, which stands for its name, and
 * nothing is sent to it before it was.
 */
looked_up: boolean, 
/**
 * The host that has the client's metadata document, which is proved. The name is its own word all the same.
 */
verified_host?: string, 
/**
 * Whether name or redirect URIs of the client are not those that the owner approved before.
 */
changed: boolean, 
/**
 * Whether the owner has said that this client is to be quiet for a while.
 */
muted: boolean, 
/**
 * Whether the browser of a request that came through the tunnel was proved to be on this computer. Then
 * no code has to be typed, and only that browser gets the answer.
 */
proved: boolean, };

export type PreviewForgetting = { 
/**
 * What is to go.
 */
forget: Forget, };

export type Problem = { 
/**
 * What happened and why.
 */
what: string, 
/**
 * What to do about it.
 */
remedy: string, };

export type ProgramEvent = "state_changed" | "certificates_changed";

export type ProgramState = { "state": "starting" } | { "state": "running", 
/**
 * Nobody has been through the first steps yet.
 */
first_run: boolean, } | { "state": "failed", 
/**
 * Why, and what to do.
 */
message: string, };

export type ProviderKind = "ssh" | "ingress" | "tailscale" | "cloudflared" | "ngrok";

export type PublicName = "stable" | "per_session";

export type PublicState = "not_asked" | "waiting" | "in_use";

export type PublicStatus = { 
/**
 * The public name.
 */
name: string, 
/**
 * How it stands.
 */
state: PublicState, 
/**
 * The authority that is asked: a word or an address. None: the person's own files.
 */
authority: string | null, 
/**
 * Whether it comes from a place for trials: no client believes it.
 */
trial: boolean, 
/**
 * An order is under way this moment.
 */
busy: boolean, 
/**
 * Why the last try failed. What is in use stays in use.
 */
problem: Problem | null, 
/**
 * When the next certificate will be ordered, or the last failure tried again.
 */
next_order: Timestamp | null, 
/**
 * The terms that the person has agreed to.
 */
agreed_terms: string | null, };

export type ReachChanged = { 
/**
 * The form as it is now.
 */
form: ReachForm, 
/**
 * Why nothing was written; empty: it was.
 */
problems: Array<ReachProblem>, 
/**
 * What came of it, in a sentence; none: nothing was written.
 */
note: string | null, };

export type ReachChoice = { 
/**
 * The id of the way that is set.
 */
chosen: string, 
/**
 * Who set it.
 */
source: SettingSource, 
/**
 * The ways.
 */
ways: Array<ReachWay>, };

export type ReachField = { 
/**
 * Its name in `config.toml`.
 */
key: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * What it means.
 */
words: string, 
/**
 * What it is.
 */
kind: ReachFieldKind, 
/**
 * What is set, or the default; empty: nothing.
 */
value: string, 
/**
 * Who set it.
 */
source: SettingSource, 
/**
 * Nothing works without it.
 */
required: boolean, };

export type ReachFieldKind = { "kind": "text", 
/**
 * The example.
 */
example: string, } | { "kind": "number" } | { "kind": "switch" } | { "kind": "choice", 
/**
 * Which.
 */
choices: Array<ReachOption>, };

export type ReachForm = { 
/**
 * By which way the internet is to reach the program.
 */
provider: ReachChoice, 
/**
 * What holds for every way.
 */
general: Array<ReachField>, 
/**
 * Where the certificate of the public name comes from.
 */
certificate: ReachChoice, };

export type ReachOption = { 
/**
 * As it stands in `config.toml`.
 */
value: string, 
/**
 * What people call it.
 */
name: string, };

export type ReachProblem = { 
/**
 * At which setting; none: it is of the whole.
 */
key: string | null, 
/**
 * What is wrong, and what to do.
 */
message: string, };

export type ReachValue = { 
/**
 * Its name in `config.toml`.
 */
key: string, 
/**
 * As it was typed; empty: its default.
 */
value: string, };

export type ReachWay = { 
/**
 * Its id.
 */
id: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * What it means in sentences, the most important first: who can read along, whether the address stays.
 */
words: Array<string>, 
/**
 * Whether what holds for every way, and a certificate, concern it.
 */
public: boolean, 
/**
 * Whether it can give the public address itself, so that none has to be set.
 */
gives_name: boolean, 
/**
 * Its settings.
 */
fields: Array<ReachField>, };

export type ReasonKind = "settings" | "host_key_unknown" | "host_key_refused" | "passphrase" | "login" | "program" | "account" | "forward" | "network" | "internal";

export type Recipe = { 
/**
 * In this order.
 */
steps: Array<RecipeStep>, };

export type RecipeStep = { 
/**
 * What is done, and why.
 */
what: string, 
/**
 * What to type there, or to put into the file that `what` names.
 */
text: string, };

export type Registration = "built_in" | "dynamic" | "metadata_document" | "static";

export type RegistrationPolicy = "open" | "documents" | "off";

export type Removal = { 
/**
 * What [`UndoRemoval`] wants.
 */
undo: UndoId, };

export type RemoveClient = { 
/**
 * The client's id.
 */
client_id: string, };

export type RemoveConversation = { 
/**
 * The conversation.
 */
id: ConversationId, };

export type RemoveInsight = { 
/**
 * The insight.
 */
id: InsightId, };

export type RemoveItem = { 
/**
 * The item.
 */
id: ItemId, };

export type RemoveTurn = { 
/**
 * The turn.
 */
id: TurnId, };

export type RenewCertificates = Record<symbol, never>;

export type RequestId = string;

export type ResumeRemembering = Record<symbol, never>;

export type Retention = { "kind": "as_for_all" } | { "kind": "for_ever" } | { "kind": "days", "days": number };

export type RevokeClient = { 
/**
 * The client's id.
 */
client_id: string, };

export type Revoked = { 
/**
 * How many grants, with all their tokens.
 */
grants: number, 
/**
 * How many requests that were open or approved.
 */
requests: number, };

export type RotateClientSecret = { 
/**
 * The client's id.
 */
client_id: string, 
/**
 * The new secret; one is made if absent.
 */
secret: SecretText | null, 
/**
 * For how many minutes the old one is good too; a day if absent.
 */
overlap_minutes: number | null, };

export type Scope = ScopeName;

export type ScopeChoice = { 
/**
 * The scope.
 */
scope: Scope, 
/**
 * What it allows.
 */
words: string, 
/**
 * Whether it is ticked when the window opens.
 */
ticked: boolean, 
/**
 * Whether giving it needs a second, deliberate confirmation.
 */
confirm: boolean, };

export type ScopeSet = Array<ScopeName>;

export type ScopeWords = { scope: ScopeName, words: string, };

export type Search = { 
/**
 * The question.
 */
query: SearchQuery, };

export type SearchAnswer = { 
/**
 * The hits, in the order that was asked for.
 */
results: Array<Hit>, 
/**
 * Where the next page begins (`SearchQuery::after`); none: this is the last.
 */
next?: number, 
/**
 * The index is still being made, so something may be missing: ask again in a moment.
 */
incomplete: boolean, };

export type SearchOrder = "best_first" | "newest_first";

export type SearchQuery = { 
/**
 * What is looked for. Without a word in it, everything is found, the newest first.
 */
text: string, 
/**
 * Only these kinds; none: all.
 */
kinds: Array<FoundKind>, 
/**
 * Only what this client (its id) or this import (its source) brought.
 */
client: string | null, 
/**
 * Only turns of this conversation.
 */
conversation: ConversationId | null, 
/**
 * Only what happened at that time or later: a date, a moment (RFC 3339), or words such as "last week",
 * "3 days ago", "seit März".
 */
since: string | null, 
/**
 * Only what happened at that time or earlier, in the same ways; of a day or a month: until its end.
 */
until: string | null, 
/**
 * Which hits come first.
 */
order: SearchOrder, 
/**
 * Also what was dismissed or archived.
 */
all_states: boolean, 
/**
 * How many turns before and behind a found turn come with it (0 to 5).
 */
neighbours: number, 
/**
 * Behind this place of an earlier page.
 */
after: number | null, 
/**
 * How many at most (1 to 100).
 */
limit: number, };

export type Secrecy = "end_to_end" | "provider_reads" | "depends_on_your_proxy";

export type SecretText = string;

export type SetInsightState = { 
/**
 * The insight.
 */
id: InsightId, 
/**
 * Where it is to stand.
 */
state: InsightState, };

export type SetUp = { client: string, undo: boolean, 
/**
 * In place of the connection: the hooks as they are to be.
 */
hooks?: HookConsent | null, };

export type Setting<T> = { 
/**
 * What is set, or the default.
 */
value: T, 
/**
 * Who set it.
 */
source: SettingSource, };

export type SettingChange = { "setting": "port", "value": number | null } | { "setting": "theme", "value": Theme | null } | { "setting": "registration", "value": RegistrationPolicy | null } | { "setting": "client_documents", "value": ClientDocuments | null } | { "setting": "remember_consent", "value": boolean | null } | { "setting": "access_token_minutes", "value": number | null } | { "setting": "access_token_format", "value": AccessTokenFormat | null } | { "setting": "audit_days", "value": number | null } | { "setting": "redact_secrets", "value": boolean | null } | { "setting": "retention_days", "value": number | null };

export type SettingSource = "default" | "file" | "environment" | "command_line";

export type SettingsView = { start_at_login: boolean, start_at_login_available: boolean, 
/**
 * The port; the one in use stands in the MCP URL.
 */
port: Setting<number>, 
/**
 * How the windows look.
 */
theme: Setting<Theme>, 
/**
 * In which ways clients may become known.
 */
registration: Setting<RegistrationPolicy>, 
/**
 * Which client metadata documents count.
 */
client_documents: Setting<ClientDocuments>, 
/**
 * Whether an earlier yes may count again without a window.
 */
remember_consent: Setting<boolean>, 
/**
 * How many minutes an access token is good.
 */
access_token_minutes: Setting<number>, 
/**
 * What an access token looks like.
 */
access_token_format: Setting<AccessTokenFormat>, 
/**
 * How many days lines of the audit trail are kept at most; none: until there are too many.
 */
audit_days: Setting<number | null>, 
/**
 * Whether secrets are taken out of what is stored.
 */
redact_secrets: Setting<boolean>, 
/**
 * How many days conversations are kept; none: for ever.
 */
retention_days: Setting<number | null>, 
/**
 * Something that is set is not in use yet: a restart takes it.
 */
restart_needed: boolean, 
/**
 * The file that holds them.
 */
config_file: string, };

export type SetupApplied = { files: Array<string>, backups: Array<string>, };

export type SetupChange = { file: string, summary: string, before?: string, after?: string, };

export type SetupPreview = { client: string, changes: Array<SetupChange>, notes: Array<string>, };

export type ShowCertificates = Record<symbol, never>;

export type ShowReachForm = Record<symbol, never>;

export type ShowSettings = Record<symbol, never>;

export type ShowStatus = Record<symbol, never>;

export type ShowTerms = Record<symbol, never>;

export type ShowTunnel = Record<symbol, never>;

export type ShowTunnelRecipe = { 
/**
 * For which provider; else for the one of the settings.
 */
provider: ProviderKind | null, };

export type ShowTurn = { 
/**
 * The turn.
 */
id: TurnId, };

export type Side = "user" | "assistant";

export type Snippet = { 
/**
 * The part.
 */
text: string, 
/**
 * Which of a turn's texts it is from.
 */
side?: Side, 
/**
 * Where the words are in `text`.
 */
marks: Array<Mark>, };

export type StaticSource = "owner" | "file" | "environment";

export type Statistics = { 
/**
 * Turns.
 */
turns: number, 
/**
 * Conversations.
 */
conversations: number, 
/**
 * Items in any state.
 */
items: number, 
/**
 * Items that are part of the profile.
 */
active_items: number, 
/**
 * Items that wait for a word of the owner or a second conversation.
 */
suggested_items: number, 
/**
 * Insights that are shown.
 */
insights: number, 
/**
 * Turns that analysis has not seen yet.
 */
turns_to_analyse: number, 
/**
 * When the earliest turn happened.
 */
first_turn_at: Timestamp | null, 
/**
 * When the latest turn happened.
 */
last_turn_at: Timestamp | null, };

export type Status = { 
/**
 * The program's version.
 */
version: string, 
/**
 * Its process id.
 */
pid: number, 
/**
 * Since when it runs.
 */
started_at: Timestamp, 
/**
 * Whether assistants are let in.
 */
door_open: boolean, 
/**
 * The URL for assistants on this computer.
 */
mcp_url: string, 
/**
 * The URL for assistants in the cloud, where there is one.
 */
public_url: string | null, 
/**
 * The authorization server that decides in place of ours who comes in.
 */
external_issuer: string | null, 
/**
 * How many authorization requests wait for the owner.
 */
pending_approvals: number, 
/**
 * Whether remembering is paused, and until when.
 */
paused: Pause | null, 
/**
 * Everything that the program keeps lies here.
 */
data_dir: string, 
/**
 * The file with the certificate of the local authority.
 */
ca_certificate: string, 
/**
 * What is stored.
 */
stored: Statistics, };

export type Subject = "conversation" | "turn" | "item" | "insight";

export type SuggestExport = { format: ExportFormat, };

export type SurfaceRequest = { "what": "show_window" } | { "what": "show_approval", 
/**
 * The request.
 */
id: RequestId, } | { "what": "prove_computer", 
/**
 * The request that it names.
 */
id: RequestId, };

export type Terms = { 
/**
 * The public name that the certificate would be for. It will stand in public logs for ever.
 */
name: string, 
/**
 * The authority that is asked.
 */
authority: string, 
/**
 * The address of its terms; none where it has none.
 */
terms: string | null, 
/**
 * The person has agreed to just these.
 */
agreed: boolean, };

export type Theme = "system" | "light" | "dark";

export type Timestamp = string;

export type Topic = { 
/**
 * By what it is known again.
 */
key: TopicKey, 
/**
 * Its name as it was said last.
 */
name: string, 
/**
 * In how many turns it came up.
 */
turns: number, 
/**
 * In how many conversations.
 */
conversations: number, 
/**
 * On how many days (in UTC).
 */
days: number, 
/**
 * When it was last spoken of.
 */
last: Timestamp, 
/**
 * The turns of each week, the oldest first.
 */
weeks: Array<number>, 
/**
 * How it rises or fades, if it does.
 */
trend?: TopicTrend, };

export type TopicKey = { 
/**
 * What it is.
 */
kind: MentionKind, 
/**
 * The same for all spellings. Not for showing.
 */
normal_name: string, };

export type TopicOrder = "most" | "newest" | "rising" | "fading";

export type TopicOverview = { 
/**
 * The beginning of the first week; none: nothing was said yet.
 */
since: Timestamp | null, 
/**
 * The newest turn.
 */
as_of: Timestamp | null, 
/**
 * How many turns there were in each week, whatever they were about; the oldest first.
 */
turns_by_week: Array<number>, 
/**
 * There are more that fit.
 */
more: boolean, 
/**
 * So much was said in these weeks that only the newest part is counted.
 */
is_partial: boolean, 
/**
 * What fits.
 */
topics: Array<Topic>, };

export type TopicQuery = { 
/**
 * Only of this kind.
 */
kind: MentionKind | null, 
/**
 * Only those with these words in their names, however often they came up. Without it: those that came up in
 * two conversations or more.
 */
text: string | null, 
/**
 * In which order.
 */
order: TopicOrder, 
/**
 * Those that the owner does not want to see, in place of the others.
 */
dismissed: boolean, 
/**
 * How many at most (1 to [`MAX_TOPICS`]).
 */
limit: number, };

export type TopicTrend = { 
/**
 * Which of the two.
 */
direction: Direction, 
/**
 * In how many turns of the last days.
 */
recent: number, 
/**
 * How many turns there were in those days.
 */
recent_turns: number, 
/**
 * How many days those are.
 */
recent_days: number, 
/**
 * In how many turns of the days before them.
 */
before: number, 
/**
 * How many turns there were in those.
 */
before_turns: number, 
/**
 * How many days those are.
 */
before_days: number, };

export type TransferProgress = { 
/**
 * Which of the two.
 */
task: TransferTask, 
/**
 * How many records are done.
 */
done: number, 
/**
 * How many there are, where that is known.
 */
total: number | null, 
/**
 * How much of the file is read, in thousandths, where only that is known.
 */
per_mille: number | null, };

export type TransferTask = "export" | "import";

export type TrustStoreView = { store: string, label: string, state: TrustState | null, problem: string | null, administrator: boolean, 
/**
 * The administrator can be asked for their password in a window.
 */
can_ask: boolean, command: string | null, steps: Array<string>, };

export type TrustTunnelHost = { 
/**
 * The fingerprint that the owner compared: only this key is trusted, whatever is shown meanwhile.
 */
fingerprint: string, };

export type TunnelState = "off" | "connecting" | "up" | "backoff" | "failed";

export type TunnelStatus = { 
/**
 * In one word.
 */
state: TunnelState, 
/**
 * By which provider, or by which it would be.
 */
provider: ProviderKind | null, 
/**
 * The address for assistants in the cloud, if one is set.
 */
public_url: string | null, 
/**
 * Whether the public address was tried and leads here, with everything that an assistant needs.
 */
public: boolean, 
/**
 * Why it is not up, and what to do.
 */
reason?: string, 
/**
 * What kind of reason that is.
 */
reason_kind?: ReasonKind, 
/**
 * The host's key that the owner has to confirm.
 */
host_key?: HostKeyOffer, 
/**
 * When it is tried again.
 */
retry_at?: Timestamp, 
/**
 * Since when it is up.
 */
since?: Timestamp, 
/**
 * What the provider can do and who can read along.
 */
capabilities?: Capabilities, 
/**
 * The same in sentences.
 */
words: Array<string>, 
/**
 * What was seen when the public address was last tried.
 */
checks: Array<Check>, };

export type Turn = { 
/**
 * Its id.
 */
id: TurnId, 
/**
 * The conversation it belongs to.
 */
conversation_id: ConversationId, 
/**
 * Who logged it.
 */
author: Author, 
/**
 * When it happened.
 */
occurred_at: Timestamp, 
/**
 * When it was stored.
 */
logged_at: Timestamp, 
/**
 * Its id where it came from.
 */
external_id?: string, 
/**
 * The key that its retries share.
 */
request_key?: string, 
/**
 * What the person said.
 */
user_message: string, 
/**
 * What the assistant answered.
 */
assistant_response: string, };

export type TurnId = string;

export type TurnOrder = "newest_first" | "oldest_first";

export type TurnQuery = { 
/**
 * Only those of this conversation. Stronger than `client`.
 */
conversation: ConversationId | null, 
/**
 * Only those that this client logged (its id), or that came from this import (its source).
 */
client: string | null, 
/**
 * Which of them come first.
 */
order: TurnOrder, 
/**
 * Only those behind this place in that order.
 */
before: Cursor | null, 
/**
 * How many at most (1 to 1000).
 */
limit: number, };

export type TurnTunnelOff = Record<symbol, never>;

export type TurnTunnelOn = { 
/**
 * By which provider; else by the one of the settings.
 */
provider: ProviderKind | null, 
/**
 * The passphrase of an encrypted key. It is kept in memory until the program ends, and nowhere else.
 */
passphrase: SecretText | null, };

export type UnblockClient = { 
/**
 * The client's id.
 */
client_id: string, };

export type UndoId = string;

export type UndoRemoval = { 
/**
 * What the removal answered.
 */
undo: UndoId, };

export type View = "home" | "search" | "context" | "conversations" | "insights" | "topics" | "connections" | "data" | "settings";

export type Why = { 
/**
 * The words of the question that stand in it, as they were asked.
 */
words: Array<string>, 
/**
 * The words that stand in the turns around it.
 */
nearby: Array<string>, 
/**
 * Its conversation is about more of the question.
 */
conversation: boolean, 
/**
 * Somebody who is named in the question says it.
 */
speaker: boolean, 
/**
 * It happened at a date that is named in the question.
 */
date: boolean, 
/**
 * A phrase in quotes stands in it as it was written.
 */
phrase: boolean, };

/** Commands of the main window. */
export interface MainCommands {
  program_state: { input: Nothing; output: ProgramState };
  restart_engine: { input: Nothing; output: ProgramState };
  quit: { input: Nothing; output: null };
  finish_first_run: { input: Nothing; output: null };
  initial_view: { input: Nothing; output: View };
  show_status: { input: ShowStatus; output: Status };
  diagnose: { input: Diagnose; output: Diagnosis };
  pause: { input: PauseRemembering; output: Pause };
  resume: { input: ResumeRemembering; output: null };
  panic: { input: Panic; output: Revoked };
  open_door: { input: OpenDoor; output: null };
  show_tunnel: { input: ShowTunnel; output: TunnelStatus };
  turn_tunnel_on: { input: TurnTunnelOn; output: TunnelStatus };
  turn_tunnel_off: { input: TurnTunnelOff; output: TunnelStatus };
  trust_tunnel_host: { input: TrustTunnelHost; output: HostKeyOffer };
  show_tunnel_recipe: { input: ShowTunnelRecipe; output: Recipe };
  copy_text: { input: CopyText; output: null };
  show_reach_form: { input: ShowReachForm; output: ReachForm };
  change_reach: { input: ChangeReach; output: ReachChanged };
  list_approvals: { input: ListApprovals; output: Array<PendingRequest> };
  open_approval: { input: OpenApproval; output: null };
  list_clients: { input: ListClients; output: Array<KnownClient> };
  revoke_client: { input: RevokeClient; output: Revoked };
  add_client: { input: AddStaticClient; output: ClientCredentials };
  rotate_client_secret: { input: RotateClientSecret; output: ClientCredentials };
  remove_client: { input: RemoveClient; output: Revoked };
  list_blocks: { input: ListBlocks; output: Array<BlockedClient> };
  unblock_client: { input: UnblockClient; output: number };
  list_scopes: { input: Nothing; output: Array<ScopeWords> };
  list_audit: { input: ListAudit; output: Array<AuditEntry> };
  list_guides: { input: Nothing; output: Array<Guide> };
  preview_setup: { input: SetUp; output: SetupPreview };
  show_hooks: { input: Nothing; output: HooksView };
  apply_setup: { input: SetUp; output: SetupApplied };
  search: { input: Search; output: SearchAnswer };
  list_items: { input: ListItems; output: Array<Item> };
  add_item: { input: AddItem; output: Added };
  edit_item: { input: EditItem; output: Item };
  remove_item: { input: RemoveItem; output: Removal };
  undo_removal: { input: UndoRemoval; output: Item };
  list_conversations: { input: ListConversations; output: Page<Conversation> };
  remove_conversation: { input: RemoveConversation; output: null };
  list_turns: { input: ListTurns; output: Page<Turn> };
  show_turn: { input: ShowTurn; output: Turn };
  remove_turn: { input: RemoveTurn; output: null };
  list_insights: { input: ListInsights; output: Array<Insight> };
  set_insight_state: { input: SetInsightState; output: Insight };
  dismiss_insight: { input: DismissInsight; output: null };
  remove_insight: { input: RemoveInsight; output: null };
  list_topics: { input: ListTopics; output: TopicOverview };
  list_topic_turns: { input: ListTopicTurns; output: Page<Evidence> };
  dismiss_topic: { input: DismissTopic; output: null };
  preview_forgetting: { input: PreviewForgetting; output: ForgetPreview };
  confirm_forgetting: { input: ConfirmForgetting; output: Forgotten };
  change_client_rule: { input: ChangeClientRule; output: ClientRule };
  suggest_export: { input: SuggestExport; output: string };
  choose_export: { input: ChooseExport; output: string | null };
  choose_import: { input: ChooseImport; output: string | null };
  export_all: { input: Export; output: ExportReport };
  import_from: { input: Import; output: ImportReport };
  list_imports: { input: ListImports; output: Array<Imported> };
  cancel_transfer: { input: CancelTransfer; output: number };
  open_data_folder: { input: Nothing; output: null };
  show_settings: { input: ShowSettings; output: SettingsView };
  change_settings: { input: ChangeSettingsInput; output: SettingsView };
  list_trust: { input: Nothing; output: Array<TrustStoreView> };
  change_trust: { input: ChangeTrust; output: Array<TrustStoreView> };
  show_certificates: { input: ShowCertificates; output: Certificates };
  renew_certificates: { input: RenewCertificates; output: Certificates };
  show_terms: { input: ShowTerms; output: Terms };
  order_certificate: { input: OrderCertificate; output: Certificates };
}

/** Commands of the consent window, and nothing else. */
export interface ApprovalCommands {
  current_approval: { input: Nothing; output: ApprovalScreen | null };
  approve_request: { input: ApproveInput; output: ApproveOutcome };
  deny_request: { input: DenyInput; output: null };
}
