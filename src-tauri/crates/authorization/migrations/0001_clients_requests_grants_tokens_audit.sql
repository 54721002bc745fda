-- Who may come in. Secrets are never here: only SHA-256 hashes of them (32 bytes), and for the retry of a
-- refresh an answer sealed under a key that only the presented token yields.
-- Times are microseconds since the Unix epoch, UTC. Ids are UUIDv7 texts. Scopes are names with spaces.

CREATE TABLE clients (
    id             TEXT PRIMARY KEY,
    registration   TEXT NOT NULL CHECK (registration IN ('dynamic', 'metadata_document', 'static')),
    name           TEXT NOT NULL,
    redirect_uris  TEXT NOT NULL,             -- JSON array of texts
    metadata       TEXT NOT NULL,             -- JSON object: what was registered
    registered_at  INTEGER NOT NULL,
    last_used_at   INTEGER                    -- set by an exchange alone: asking is no proof of use
) STRICT;
CREATE INDEX clients_by_age ON clients (registered_at);

CREATE TABLE authorization_requests (
    id                  TEXT PRIMARY KEY,
    fingerprint         BLOB NOT NULL CHECK (length(fingerprint) = 32),
    client_id           TEXT NOT NULL,
    client_name         TEXT NOT NULL,
    verified            INTEGER NOT NULL CHECK (verified IN (0, 1)),
    redirect_uri        TEXT NOT NULL,
    state               TEXT,
    code_challenge      TEXT NOT NULL,
    scopes              TEXT NOT NULL,
    resource            TEXT NOT NULL,
    issuer              TEXT NOT NULL,
    arrival             TEXT NOT NULL,        -- 'local' or 'tunnel:PROVIDER'
    remote_address      TEXT,
    user_agent          TEXT,
    navigation          INTEGER NOT NULL CHECK (navigation IN (0, 1)),
    requested_at        INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    code_required       INTEGER NOT NULL CHECK (code_required IN (0, 1)),
    wrong_codes         INTEGER NOT NULL DEFAULT 0,
    status              TEXT NOT NULL
                        CHECK (status IN ('pending', 'approved', 'denied', 'code_delivered', 'denial_delivered')),
    decided_at          INTEGER,
    granted_scopes      TEXT,
    chosen_browser      BLOB CHECK (length(chosen_browser) = 32)
) STRICT;
CREATE INDEX authorization_requests_by_status ON authorization_requests (status, requested_at);
CREATE INDEX authorization_requests_by_fingerprint ON authorization_requests (fingerprint, requested_at);

-- The browsers that may take a request's answer: the one that started it, twice where it asked twice.
CREATE TABLE request_browsers (
    request_id        TEXT NOT NULL REFERENCES authorization_requests (id) ON DELETE CASCADE,
    browser_hash      BLOB NOT NULL CHECK (length(browser_hash) = 32),
    confirmation_hash BLOB CHECK (length(confirmation_hash) = 32),
    PRIMARY KEY (request_id, browser_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE blocks (
    client_id      TEXT NOT NULL,
    redirect_host  TEXT NOT NULL,
    blocked_at     INTEGER NOT NULL,
    PRIMARY KEY (client_id, redirect_host)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    id                   TEXT PRIMARY KEY,
    client_id            TEXT NOT NULL,
    client_name          TEXT NOT NULL,
    redirect_host        TEXT NOT NULL,
    resource             TEXT NOT NULL,
    scopes               TEXT NOT NULL,
    arrival              TEXT NOT NULL,
    created_at           INTEGER NOT NULL,
    absolute_expires_at  INTEGER NOT NULL,
    idle_expires_at      INTEGER NOT NULL,    -- moved on by each refresh
    last_used_at         INTEGER,
    revoked_at           INTEGER
) STRICT;
CREATE INDEX grants_by_client ON grants (client_id);

CREATE TABLE codes (
    hash            BLOB PRIMARY KEY CHECK (length(hash) = 32),
    request_id      TEXT NOT NULL,
    browser_hash    BLOB NOT NULL CHECK (length(browser_hash) = 32),
    client_id       TEXT NOT NULL,
    client_name     TEXT NOT NULL,
    redirect_uri    TEXT NOT NULL,
    code_challenge  TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    resource        TEXT NOT NULL,
    arrival         TEXT NOT NULL,
    expires_at      INTEGER NOT NULL,
    used_at         INTEGER,
    grant_id        TEXT REFERENCES grants (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX codes_by_request ON codes (request_id);
CREATE INDEX codes_by_age ON codes (expires_at);
CREATE INDEX codes_by_grant ON codes (grant_id);

CREATE TABLE access_tokens (
    hash        BLOB PRIMARY KEY CHECK (length(hash) = 32),
    grant_id    TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    scopes      TEXT NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_by_age ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash             BLOB PRIMARY KEY CHECK (length(hash) = 32),
    grant_id         TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    predecessor      BLOB CHECK (length(predecessor) = 32),
    idle_expires_at  INTEGER NOT NULL,
    rotated_at       INTEGER,
    rotated_scopes   TEXT,                    -- the scopes of the access token that the rotation gave
    sealed_answer    BLOB                     -- for a retry; gone when the window ends or the successor was used
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_age ON refresh_tokens (idle_expires_at);
CREATE INDEX refresh_tokens_sealed ON refresh_tokens (rotated_at) WHERE sealed_answer IS NOT NULL;

-- Append-only. 'class' is who can cause a line: 'grant' (a decision or what follows from one), 'stranger'
-- (anybody who can reach the door), 'call' (a client that was let in). Each class has a cap of its own, so
-- that one can not push another out.
CREATE TABLE audit (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    at              INTEGER NOT NULL,
    class           TEXT NOT NULL CHECK (class IN ('grant', 'stranger', 'call')),
    kind            TEXT NOT NULL,
    client_id       TEXT,
    client_name     TEXT,
    grant_id        TEXT,
    request_id      TEXT,
    arrival         TEXT,
    remote_address  TEXT,
    user_agent      TEXT,
    scopes          TEXT,
    decided_by      TEXT,
    tool            TEXT,
    outcome         TEXT,
    took_micros     INTEGER,
    count           INTEGER
) STRICT;
CREATE INDEX audit_by_class ON audit (class, seq);
CREATE INDEX audit_by_client ON audit (client_id, seq);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT raise(ABORT, 'the audit trail is append-only');
END;

-- What was turned away: one line a kind, arrival and minute, whatever the number of requests.
CREATE TABLE rejections (
    minute   INTEGER NOT NULL,                -- start of the minute
    kind     TEXT NOT NULL,
    arrival  TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (minute, kind, arrival)
) STRICT, WITHOUT ROWID;
