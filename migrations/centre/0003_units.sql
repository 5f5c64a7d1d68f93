-- What patrol units send besides transits and hits.

-- Decisions taken in the car. Kept beside what they led to in `hit_actions`, so that a
-- decision that is delivered again changes nothing; it may name a hit that is gone.
CREATE TABLE decisions (
    id           BLOB PRIMARY KEY,
    hit          BLOB NOT NULL,
    node         TEXT NOT NULL,
    received_ms  INTEGER NOT NULL,
    document     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_by_hit ON decisions (hit);
CREATE INDEX decisions_by_receipt ON decisions (received_ms);

-- Plates that somebody on a unit typed.
CREATE TABLE unit_checks (
    id           BLOB PRIMARY KEY,
    node         TEXT NOT NULL,
    plate        TEXT NOT NULL,
    received_ms  INTEGER NOT NULL,
    document     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_checks_by_receipt ON unit_checks (received_ms);

-- The thinned way of each unit.
CREATE TABLE unit_positions (
    node         TEXT NOT NULL,
    at_ms        INTEGER NOT NULL,
    received_ms  INTEGER NOT NULL,
    document     TEXT NOT NULL,
    PRIMARY KEY (node, at_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX unit_positions_by_receipt ON unit_positions (received_ms);

-- A unit may also put a hit off ("not now").
CREATE TABLE hit_actions_wider (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    hit      BLOB NOT NULL REFERENCES hits (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    account  TEXT NOT NULL,                  -- its name at that time, or the unit
    action   TEXT NOT NULL CHECK (action IN ('acknowledge', 'dispatch', 'close', 'defer')),
    outcome  TEXT,
    note     TEXT,
    unit     TEXT
) STRICT;
INSERT INTO hit_actions_wider (id, hit, at_ms, account, action, outcome, note, unit)
SELECT id, hit, at_ms, account, action, outcome, note, unit FROM hit_actions;
DROP TABLE hit_actions;
ALTER TABLE hit_actions_wider RENAME TO hit_actions;
CREATE INDEX hit_actions_by_hit ON hit_actions (hit, id);
