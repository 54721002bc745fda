-- What the search index (a file beside this one) has to look at again: things that came, changed or went, by
-- their rows. New turns are known by their number and do not stand here. The triggers that write it are made at
-- every opening (`search/log.rs`), so that a migration that builds a table anew does not lose them.
CREATE TABLE search_log (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT NOT NULL CHECK (kind IN ('turn', 'item', 'insight')),
    seq     INTEGER NOT NULL
);
