-- How a client may use the memory, and how long what it brought is kept. A client without a row: as usual.
CREATE TABLE client_rule (
    -- The client's id, or the source of an import.
    client          TEXT PRIMARY KEY,
    -- The name it goes by ...
    name            TEXT NOT NULL,
    -- ... and whether a client of that name without a row of its own follows this one: it registered itself, and
    -- does so anew under another id.
    by_name         INTEGER NOT NULL,
    mode            TEXT NOT NULL CHECK (mode IN ('normal', 'read_only', 'incognito')),
    -- Days; none: as for everybody; 0: for ever.
    retention_days  INTEGER
) WITHOUT ROWID;

-- What the forgetting under way has still to take away: ids alone.
CREATE TABLE to_forget (
    kind  TEXT NOT NULL,
    id    BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Something was forgotten, and the files may still hold bytes of it: the next start goes on with it.
ALTER TABLE store ADD COLUMN is_forgetting INTEGER NOT NULL DEFAULT 0;
