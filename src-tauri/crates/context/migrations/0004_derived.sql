-- What is derived from turns beyond single findings: what was spoken of, what became of questions and goals, and
-- what follows from many turns together. All of it goes with its turns, and `rebuild` finds it again.

ALTER TABLE store ADD COLUMN found_seq INTEGER NOT NULL DEFAULT 0;
-- Of turns up to `found_seq` items and insights came with them (an import of our own export); only the tables
-- below are filled from them.

-- Grows with everything that conclusions over time rest on ...
ALTER TABLE store ADD COLUMN grounds INTEGER NOT NULL DEFAULT 1;
-- ... and this is how far they have been drawn.
ALTER TABLE store ADD COLUMN concluded INTEGER NOT NULL DEFAULT 0;

-- By which day a goal is to be reached ("2026-05-31").
ALTER TABLE item ADD COLUMN target_day TEXT;

-- What somebody noted about an item, for example a step towards a goal.
CREATE TABLE item_note (
    item    INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    author  INTEGER NOT NULL REFERENCES author (key),
    note    TEXT NOT NULL,
    PRIMARY KEY (item, at, ordinal)
) WITHOUT ROWID;

-- The values a preference had before somebody changed it by an outright statement.
CREATE TABLE item_value (
    item   INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (item, until, since)
) WITHOUT ROWID;

-- What a turn says of an item beyond naming it. `at`: when the turn happened.
CREATE TABLE item_said (
    item       INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    turn       INTEGER NOT NULL REFERENCES turn (seq) ON DELETE CASCADE,
    value      TEXT,
    target_day TEXT,
    -- "I don't use it any more".
    no_longer  INTEGER NOT NULL,
    -- What it took the place of.
    replaced   TEXT,
    PRIMARY KEY (item, at, turn)
) WITHOUT ROWID;
CREATE INDEX item_said_by_turn ON item_said (turn);
CREATE INDEX item_said_by_time ON item_said (at, turn);

-- An insight may be suggested, paused or archived too. (The column is made anew: a CHECK can not be changed.)
DROP INDEX insight_by_time;
DROP INDEX insight_by_type;
ALTER TABLE insight ADD COLUMN stand TEXT NOT NULL DEFAULT 'active'
    CHECK (stand IN ('suggested', 'active', 'paused', 'archived', 'dismissed'));
UPDATE insight SET stand = state;
ALTER TABLE insight DROP COLUMN state;
ALTER TABLE insight RENAME COLUMN stand TO state;
-- It follows from many turns together, and is concluded anew whenever they change.
ALTER TABLE insight ADD COLUMN over_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE insight ADD COLUMN edited_by_owner INTEGER NOT NULL DEFAULT 0;
-- The day that a commitment names.
ALTER TABLE insight ADD COLUMN due_day TEXT;
-- The figures behind it, as JSON.
ALTER TABLE insight ADD COLUMN detail TEXT;
UPDATE insight SET edited_by_owner = 1 WHERE id IN
    (SELECT h.subject FROM history h JOIN author a ON a.key = h.author WHERE a.kind = 'owner');
CREATE INDEX insight_by_time ON insight (state, occurred_at);
CREATE INDEX insight_by_type ON insight (insight_type, state, occurred_at);
CREATE INDEX insight_over_time ON insight (over_time) WHERE over_time = 1;

-- The turns that analysis has seen, with the time that counts: a turn that claims to come from the future counts
-- by when it was logged, so that one wrong clock does not make everything else old.
CREATE TABLE turn_seen (
    turn          INTEGER PRIMARY KEY REFERENCES turn (seq) ON DELETE CASCADE,
    at            INTEGER NOT NULL,
    conversation  INTEGER NOT NULL,
    language      TEXT
);
CREATE INDEX turn_seen_by_time ON turn_seen (at, conversation);

-- What people speak of: topics, persons, tools, projects.
CREATE TABLE topic (
    seq          INTEGER PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('topic', 'person', 'tool', 'project')),
    normal_name  TEXT NOT NULL,
    UNIQUE (kind, normal_name)
);

-- In which words of what the person said; `at` as in `turn_seen`.
CREATE TABLE mention (
    topic         INTEGER NOT NULL REFERENCES topic (seq),
    at            INTEGER NOT NULL,
    turn          INTEGER NOT NULL REFERENCES turn (seq) ON DELETE CASCADE,
    conversation  INTEGER NOT NULL,
    range_start   INTEGER NOT NULL,
    range_end     INTEGER NOT NULL,
    PRIMARY KEY (topic, at, turn)
) WITHOUT ROWID;
CREATE INDEX mention_by_turn ON mention (turn);
CREATE INDEX mention_by_time ON mention (at, topic, conversation, turn);

-- No name stays that nobody says any more.
CREATE TRIGGER mention_gone AFTER DELETE ON mention
WHEN NOT EXISTS (SELECT 1 FROM mention WHERE topic = OLD.topic)
BEGIN
    DELETE FROM topic WHERE seq = OLD.topic;
END;

-- What a turn does in the course of things: asks, thanks, tells of a problem or a step. `words`: the stems of what
-- it is about, sorted, with blanks between.
CREATE TABLE signal (
    turn          INTEGER NOT NULL REFERENCES turn (seq) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    conversation  INTEGER NOT NULL,
    words         TEXT NOT NULL,
    said          TEXT NOT NULL,
    range_start   INTEGER NOT NULL,
    range_end     INTEGER NOT NULL,
    PRIMARY KEY (turn, ordinal)
) WITHOUT ROWID;
CREATE INDEX signal_by_kind ON signal (kind, at);

-- The turn up to which an assistant has been asked to reflect.
CREATE TABLE reflection (
    author  INTEGER PRIMARY KEY REFERENCES author (key),
    turn    INTEGER NOT NULL
);

CREATE TRIGGER grounds_turn_gone AFTER DELETE ON turn BEGIN UPDATE store SET grounds = grounds + 1; END;
CREATE TRIGGER grounds_item_new AFTER INSERT ON item BEGIN UPDATE store SET grounds = grounds + 1; END;
CREATE TRIGGER grounds_item_gone AFTER DELETE ON item BEGIN UPDATE store SET grounds = grounds + 1; END;
CREATE TRIGGER grounds_item_changed AFTER UPDATE OF name, state, target_day, stated_at ON item
    WHEN OLD.name <> NEW.name OR OLD.state <> NEW.state OR OLD.target_day IS NOT NEW.target_day
        OR OLD.stated_at IS NOT NEW.stated_at
    BEGIN UPDATE store SET grounds = grounds + 1; END;

-- The tables above are new: they are filled from all turns again, items and insights as they are.
UPDATE store SET found_seq = analysed_seq, analysed_seq = 0;
