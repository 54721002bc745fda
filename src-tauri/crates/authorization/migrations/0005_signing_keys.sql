-- The keys that sign access tokens, where those are signed. The private key is kept as the local CA's is: in a
-- file for its owner alone. A token that somebody made with a stolen one is still none here, since only what
-- stands in access_tokens opens the door.
CREATE TABLE signing_keys (
    id           TEXT PRIMARY KEY,            -- the thumbprint of the public key (RFC 7638)
    private_key  BLOB NOT NULL,               -- PKCS #8
    created_at   INTEGER NOT NULL,
    signs_from   INTEGER NOT NULL
) STRICT;
