-- A node's database.
--
-- Conventions as in the centre's: identifiers of events are the 16 bytes of their
-- version 7 UUID, so that their order is the order of time; times are milliseconds
-- since 1970 in UTC (`_ms`); whole messages are kept as they go out, in JSON,
-- beside the few columns that are searched.

-- One passage of one vehicle; the highest revision of each.
CREATE TABLE transits (
    id             BLOB PRIMARY KEY,
    revision       INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('decided', 'ended')),
    camera         TEXT NOT NULL,
    plate          TEXT NOT NULL,
    first_seen_ms  INTEGER NOT NULL,
    last_seen_ms   INTEGER NOT NULL,
    evidence       TEXT,                     -- SHA-256 of the picture
    document       TEXT NOT NULL             -- the message, JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX transits_by_time ON transits (last_seen_ms);
CREATE INDEX transits_open ON transits (camera, last_seen_ms) WHERE state = 'decided';
CREATE INDEX transits_by_plate ON transits (plate, id);

-- A match that somebody must verify.
CREATE TABLE hits (
    id             BLOB PRIMARY KEY,
    transit        BLOB NOT NULL REFERENCES transits (id) ON DELETE CASCADE,
    camera         TEXT NOT NULL,
    list           TEXT NOT NULL,
    listed_plate   TEXT NOT NULL,
    captured_ms    INTEGER NOT NULL,
    evidence       TEXT,
    document       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hits_by_transit ON hits (transit);
CREATE INDEX hits_by_time ON hits (captured_ms);

-- Messages that the centre has not taken yet. A row goes when the centre has it.
CREATE TABLE outbox (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice
    kind      TEXT NOT NULL CHECK (kind IN ('transit', 'hit')),
    transit   BLOB NOT NULL,                      -- the one it belongs to
    evidence  TEXT,
    document  TEXT NOT NULL,
    refused   TEXT                                -- why the centre will never take it
) STRICT;
CREATE INDEX outbox_waiting ON outbox (seq) WHERE refused IS NULL;
CREATE INDEX outbox_hits ON outbox (seq) WHERE kind = 'hit' AND refused IS NULL;
CREATE INDEX outbox_by_transit ON outbox (transit);
