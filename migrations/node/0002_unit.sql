-- What a patrol unit keeps besides: decisions about hits, typed plates, its way.

-- The start of the machine during which a row was stored, and when that was by the
-- clock of that moment: with these the row's times are corrected once the clock is
-- known to have been wrong.
ALTER TABLE transits ADD COLUMN boot TEXT;
ALTER TABLE transits ADD COLUMN boot_started_ms INTEGER;
CREATE INDEX transits_by_boot ON transits (boot, boot_started_ms);

-- What was decided about a hit on the unit; the latest one holds.
CREATE TABLE decisions (
    id        BLOB PRIMARY KEY,
    hit       BLOB NOT NULL REFERENCES hits (id) ON DELETE CASCADE,
    verdict   TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'not-now')),
    at_ms     INTEGER NOT NULL,
    document  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_by_hit ON decisions (hit, id);

-- Plates that somebody typed.
CREATE TABLE checks (
    id        BLOB PRIMARY KEY,
    plate     TEXT NOT NULL,
    at_ms     INTEGER NOT NULL,
    document  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX checks_by_time ON checks (at_ms);

-- The outbox takes their messages, too. `transit` is NULL for what belongs to none.
CREATE TABLE outbox_wider (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice
    kind      TEXT NOT NULL CHECK (kind IN ('transit', 'hit', 'decision', 'check', 'position')),
    transit   BLOB,                               -- the one it belongs to
    evidence  TEXT,
    document  TEXT NOT NULL,
    refused   TEXT                                -- why the centre will never take it
) STRICT;
INSERT INTO outbox_wider (seq, kind, transit, evidence, document, refused)
SELECT seq, kind, transit, evidence, document, refused FROM outbox;
DELETE FROM sqlite_sequence WHERE name = 'outbox_wider';
INSERT INTO sqlite_sequence (name, seq)
SELECT 'outbox_wider', seq FROM sqlite_sequence WHERE name = 'outbox';
DROP TABLE outbox;
ALTER TABLE outbox_wider RENAME TO outbox;
CREATE INDEX outbox_waiting ON outbox (seq) WHERE refused IS NULL;
CREATE INDEX outbox_urgent ON outbox (seq) WHERE kind IN ('hit', 'decision') AND refused IS NULL;
CREATE INDEX outbox_positions ON outbox (seq) WHERE kind = 'position';
CREATE INDEX outbox_by_transit ON outbox (transit);

-- Making room asks who names a picture.
CREATE INDEX transits_by_evidence ON transits (evidence) WHERE evidence IS NOT NULL;
CREATE INDEX hits_by_evidence ON hits (evidence) WHERE evidence IS NOT NULL;
CREATE INDEX outbox_by_evidence ON outbox (evidence) WHERE evidence IS NOT NULL;
