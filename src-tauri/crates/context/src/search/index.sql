-- The search index: words of turns, items and insights, made from `context.db` and at any time made anew from it.

-- One row: how far the index has come.
CREATE TABLE progress (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    -- The version of the rules that made it; another one makes it anew.
    version      INTEGER NOT NULL,
    -- Which store it belongs to: a hash of that store's key.
    store        BLOB NOT NULL,
    -- Every turn up to this one is in it (or was removed since) ...
    turn_seq     INTEGER NOT NULL DEFAULT 0,
    -- ... which has this id: after a backup was put back, another turn may stand there.
    turn_id      BLOB,
    -- Every change of the log up to this number is in it.
    log_number   INTEGER NOT NULL DEFAULT 0
);

-- What can be found. A changed thing becomes a new document; numbers only rise.
CREATE TABLE document (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    -- What a person would call it (`FoundKind`): turns and insights are 1 and 2, the kinds of items follow.
    sort          INTEGER NOT NULL,
    -- Of turns: the conversation's row in `context.db`.
    conversation  INTEGER,
    author        INTEGER NOT NULL,
    occurred_at   INTEGER NOT NULL
);
CREATE UNIQUE INDEX document_by_thing ON document (kind, seq);
-- With `seq`, so that the turns around one are read from here alone.
CREATE INDEX document_by_place ON document (conversation, occurred_at, number, seq) WHERE conversation IS NOT NULL;
CREATE INDEX document_by_sort ON document (sort) WHERE sort > 1;
CREATE INDEX document_by_author ON document (author, occurred_at);
CREATE INDEX document_by_time ON document (occurred_at, number);

-- What filters look at, for 512 numbers of documents at a time (`facts.rs`).
CREATE TABLE fact (
    block    INTEGER PRIMARY KEY,
    -- When the first and the last of them happened.
    oldest   INTEGER NOT NULL,
    newest   INTEGER NOT NULL,
    -- What all of them share; NULL: they do not, and each has its own in the columns behind.
    author   INTEGER,
    sort     INTEGER,
    times    BLOB NOT NULL,
    authors  BLOB NOT NULL,
    sorts    BLOB NOT NULL
);

-- Runs of documents whose words were written together.
CREATE TABLE segment (
    id         INTEGER PRIMARY KEY,
    first      INTEGER NOT NULL,
    last       INTEGER NOT NULL,
    documents  INTEGER NOT NULL,
    -- The words of all of them, small ones left out.
    length     INTEGER NOT NULL
);

-- The documents of a segment that have a word (`postings.rs`); `first`: the first document of this part.
CREATE TABLE posting (
    segment  INTEGER NOT NULL,
    term     TEXT NOT NULL,
    first    INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    -- No posting of the part counts for more than this weight would.
    bound    INTEGER NOT NULL,
    list     BLOB NOT NULL,
    PRIMARY KEY (segment, term, first)
) WITHOUT ROWID;

-- Documents that were removed and whose words still stand in a segment.
CREATE TABLE gone (
    number  INTEGER PRIMARY KEY
);
