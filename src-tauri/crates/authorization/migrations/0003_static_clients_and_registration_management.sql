-- Clients that the owner registered. 'source' is who may change them: what stands in the settings is changed
-- there. Of a secret only its SHA-256 is kept; an old one is good until its time.
ALTER TABLE clients ADD COLUMN source TEXT CHECK (source IN ('owner', 'file', 'environment'));
ALTER TABLE clients ADD COLUMN secret_hash BLOB CHECK (length(secret_hash) = 32);
ALTER TABLE clients ADD COLUMN old_secret_hash BLOB CHECK (length(old_secret_hash) = 32);
ALTER TABLE clients ADD COLUMN old_secret_until INTEGER;
ALTER TABLE clients ADD COLUMN introspects TEXT;             -- JSON array of resources; none: no secret

-- What a client that registered itself manages its registration with (RFC 7592). Those from before have none.
ALTER TABLE clients ADD COLUMN registration_token_hash BLOB CHECK (length(registration_token_hash) = 32);

-- When a token was issued, for introspection. What was there before does not know it.
ALTER TABLE access_tokens ADD COLUMN issued_at INTEGER;
ALTER TABLE refresh_tokens ADD COLUMN issued_at INTEGER;

CREATE INDEX audit_by_time ON audit (at);
