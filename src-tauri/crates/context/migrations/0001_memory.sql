-- What is remembered. Times are microseconds since the Unix epoch, UTC; ids are the 16 bytes of a UUID.
-- Ranges of evidence are counted in Unicode scalar values (characters as Rust and Python count them), from
-- the start of the text, end not included.

-- One row: what belongs to the store as a whole.
CREATE TABLE store (
    only          INTEGER PRIMARY KEY CHECK (only = 1),
    -- Makes the ids of derived things, and the marks of what was forgotten, of no use to who has a word list
    -- but not this file.
    key           BLOB NOT NULL,
    -- Analysis has seen every turn up to this one ...
    analysed_seq  INTEGER NOT NULL DEFAULT 0,
    -- ... with the rules of this version.
    analysis_version INTEGER NOT NULL DEFAULT 0
);

-- Who brought or changed something: the owner, a client, analysis, an import.
CREATE TABLE author (
    key   INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL CHECK (kind IN ('owner', 'client', 'analysis', 'import')),
    id    TEXT NOT NULL,
    name  TEXT NOT NULL,
    UNIQUE (kind, id)
);

CREATE TABLE conversation (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            BLOB NOT NULL UNIQUE,
    author        INTEGER NOT NULL REFERENCES author (key),
    -- The client's own name for it; none: turns that follow one another within half an hour.
    external_key  TEXT,
    started_at    INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    turn_count    INTEGER NOT NULL
);
CREATE UNIQUE INDEX conversation_by_key ON conversation (author, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX conversation_without_key ON conversation (author, last_at) WHERE external_key IS NULL;
CREATE INDEX conversation_by_time ON conversation (last_at);

-- AUTOINCREMENT: a number is never given twice, so that analysis never takes a new turn for one it has seen.
CREATE TABLE turn (
    seq                 INTEGER PRIMARY KEY AUTOINCREMENT,
    id                  BLOB NOT NULL UNIQUE,
    conversation        INTEGER NOT NULL REFERENCES conversation (seq),
    author              INTEGER NOT NULL REFERENCES author (key),
    occurred_at         INTEGER NOT NULL,
    logged_at           INTEGER NOT NULL,
    -- The first 8 bytes of SHA-256 over both texts: where to look for a retry (`recent.rs`); the texts themselves
    -- are compared too.
    text_hash           INTEGER NOT NULL,
    external_id         TEXT,
    request_key         TEXT,
    user_message        TEXT NOT NULL,
    assistant_response  TEXT NOT NULL
);
CREATE INDEX turn_by_time ON turn (occurred_at);
CREATE INDEX turn_by_conversation ON turn (conversation, occurred_at);
CREATE INDEX turn_by_author ON turn (author, occurred_at);
CREATE UNIQUE INDEX turn_by_request ON turn (author, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX turn_by_external_id ON turn (author, external_id, conversation) WHERE external_id IS NOT NULL;

CREATE TABLE item (
    seq              INTEGER PRIMARY KEY,
    id               BLOB NOT NULL UNIQUE,
    kind             TEXT NOT NULL CHECK (kind IN ('interest', 'skill', 'project', 'preference', 'goal')),
    name             TEXT NOT NULL,
    normal_name      TEXT NOT NULL,
    -- A preference's value, as JSON.
    value            TEXT,
    state            TEXT NOT NULL CHECK (state IN ('suggested', 'active', 'paused', 'archived', 'dismissed')),
    author           INTEGER NOT NULL REFERENCES author (key),
    edited_by_owner  INTEGER NOT NULL DEFAULT 0,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    -- When somebody last said it outright; none where only analysis found it.
    stated_at        INTEGER,
    last_seen_at     INTEGER NOT NULL,
    -- In how many conversations it was found.
    support          INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, normal_name)
);
CREATE INDEX item_by_state ON item (kind, state, last_seen_at);
CREATE INDEX item_by_update ON item (updated_at);

-- Names an item had before it was renamed: what is found under them belongs to it.
CREATE TABLE item_alias (
    kind         TEXT NOT NULL,
    normal_name  TEXT NOT NULL,
    item         INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
    PRIMARY KEY (kind, normal_name)
) WITHOUT ROWID;
CREATE INDEX item_alias_by_item ON item_alias (item);

CREATE TABLE item_evidence (
    item         INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
    turn         INTEGER NOT NULL REFERENCES turn (seq),
    side         TEXT NOT NULL CHECK (side IN ('user', 'assistant')),
    range_start  INTEGER NOT NULL,
    range_end    INTEGER NOT NULL,
    occurred_at  INTEGER NOT NULL,
    PRIMARY KEY (item, turn)
) WITHOUT ROWID;
CREATE INDEX item_evidence_by_turn ON item_evidence (turn);
CREATE INDEX item_evidence_by_time ON item_evidence (item, occurred_at);

-- How many turns of a conversation speak for an item: support is counted without reading all evidence.
CREATE TABLE item_support (
    item          INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
    conversation  INTEGER NOT NULL REFERENCES conversation (seq),
    turns         INTEGER NOT NULL,
    PRIMARY KEY (item, conversation)
) WITHOUT ROWID;
CREATE INDEX item_support_by_conversation ON item_support (conversation);

CREATE TABLE insight (
    seq               INTEGER PRIMARY KEY,
    id                BLOB NOT NULL UNIQUE,
    insight_type      TEXT NOT NULL,
    content           TEXT NOT NULL,
    context           TEXT NOT NULL,
    confidence        REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    state             TEXT NOT NULL CHECK (state IN ('active', 'dismissed')),
    author            INTEGER NOT NULL REFERENCES author (key),
    occurred_at       INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    -- The version of the rules that found it; none where it was imported.
    analysis_version  INTEGER,
    dedup_key         BLOB NOT NULL UNIQUE
);
CREATE INDEX insight_by_time ON insight (state, occurred_at);
CREATE INDEX insight_by_type ON insight (insight_type, state, occurred_at);

CREATE TABLE insight_evidence (
    insight      INTEGER NOT NULL REFERENCES insight (seq) ON DELETE CASCADE,
    turn         INTEGER NOT NULL REFERENCES turn (seq),
    side         TEXT NOT NULL CHECK (side IN ('user', 'assistant')),
    range_start  INTEGER NOT NULL,
    range_end    INTEGER NOT NULL,
    occurred_at  INTEGER NOT NULL,
    PRIMARY KEY (insight, turn)
) WITHOUT ROWID;
CREATE INDEX insight_evidence_by_turn ON insight_evidence (turn);
CREATE INDEX insight_evidence_by_time ON insight_evidence (insight, occurred_at);

-- What happened to a thing, in order. When the thing is removed, only the fact of its removal stays.
CREATE TABLE history (
    subject     BLOB NOT NULL,
    ordinal     INTEGER NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('conversation', 'turn', 'item', 'insight')),
    action      TEXT NOT NULL,
    -- From what to what, as JSON; none where the action says it all.
    detail      TEXT,
    author      INTEGER NOT NULL REFERENCES author (key),
    at          INTEGER NOT NULL,
    PRIMARY KEY (subject, ordinal)
) WITHOUT ROWID;

-- What was removed by hand and must not come back by analysis: a keyed hash, never the text.
CREATE TABLE forgotten (
    mark  BLOB PRIMARY KEY
) WITHOUT ROWID;
