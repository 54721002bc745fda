-- Client metadata documents that were fetched stand among the clients: until when one counts as looked up.
ALTER TABLE clients ADD COLUMN fresh_until INTEGER;

-- A client that is known by its URL alone is looked up when the owner acts. Until then nobody knows whether the
-- redirect URI is its own, and nothing is sent there. 'refused_because': what the look-up found, for the page.
ALTER TABLE authorization_requests ADD COLUMN looked_up INTEGER NOT NULL DEFAULT 1 CHECK (looked_up IN (0, 1));
ALTER TABLE authorization_requests ADD COLUMN refused_because TEXT;
-- Whether the owner has had it open: then nothing pushes it out.
ALTER TABLE authorization_requests ADD COLUMN opened INTEGER NOT NULL DEFAULT 0 CHECK (opened IN (0, 1));

-- What of the client was consented to, as a hash: where it differs from today's, the client has changed.
ALTER TABLE authorization_requests ADD COLUMN consent_hash BLOB CHECK (length(consent_hash) = 32);
ALTER TABLE codes ADD COLUMN consent_hash BLOB CHECK (length(consent_hash) = 32);
ALTER TABLE grants ADD COLUMN consent_hash BLOB CHECK (length(consent_hash) = 32);

-- The hash of the secret of the browser that took the code, where consent may be remembered for it.
ALTER TABLE codes ADD COLUMN remembered_by BLOB CHECK (length(remembered_by) = 32);
ALTER TABLE grants ADD COLUMN remembered_by BLOB CHECK (length(remembered_by) = 32);

-- Clients whose requests stay quiet for a while.
CREATE TABLE mutes (
    client_id      TEXT NOT NULL,
    redirect_host  TEXT NOT NULL,
    muted_at       INTEGER NOT NULL,
    muted_until    INTEGER NOT NULL,
    PRIMARY KEY (client_id, redirect_host)
) STRICT, WITHOUT ROWID;
