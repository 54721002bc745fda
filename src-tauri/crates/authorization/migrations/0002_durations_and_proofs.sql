-- How long access lasts: what the owner chose goes from the request to its code to the grant. What was there
-- before lasts until it is ended, as it was given.
ALTER TABLE authorization_requests ADD COLUMN duration TEXT NOT NULL DEFAULT 'until_revoked'
    CHECK (duration IN ('session', 'thirty_days', 'until_revoked'));
ALTER TABLE codes ADD COLUMN duration TEXT NOT NULL DEFAULT 'until_revoked'
    CHECK (duration IN ('session', 'thirty_days', 'until_revoked'));
ALTER TABLE grants ADD COLUMN duration TEXT NOT NULL DEFAULT 'until_revoked'
    CHECK (duration IN ('session', 'thirty_days', 'until_revoked'));

-- Whether the browser of a request that came through the tunnel was proved to be on this computer. The proof
-- chooses that browser and takes the typed code's place.
ALTER TABLE authorization_requests ADD COLUMN proved INTEGER NOT NULL DEFAULT 0 CHECK (proved IN (0, 1));
