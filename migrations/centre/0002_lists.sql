-- Lists: what was published, the keys of sealed units, and hits that the centre itself
-- finds.

-- Every version of a list that nodes could fetch. Snapshots themselves are files.
CREATE TABLE list_versions (
    list          TEXT NOT NULL,
    digest        TEXT NOT NULL,             -- SHA-256 of the snapshot file
    version       INTEGER NOT NULL,
    name          TEXT NOT NULL,             -- for people
    kind          TEXT NOT NULL,
    entries       INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    compiled_ms   INTEGER NOT NULL,
    published_ms  INTEGER NOT NULL,          -- last, when it was published more than once
    compared_ms   INTEGER,                   -- when its new entries had been compared with
                                             -- the kept transits; NULL: not done yet
    PRIMARY KEY (list, digest)
) STRICT, WITHOUT ROWID;

-- The key with which a node seals its list files. Gone with the node's admission.
CREATE TABLE list_keys (
    node     TEXT PRIMARY KEY REFERENCES nodes (id) ON DELETE CASCADE,
    key      BLOB NOT NULL,                  -- 32 bytes
    made_ms  INTEGER NOT NULL,
    lent_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A node with a new key of its own may be another machine: what the old one sealed is
-- not for it.
CREATE TRIGGER list_keys_go_with_the_nodes_key AFTER UPDATE OF key ON nodes
WHEN NEW.key <> OLD.key
BEGIN DELETE FROM list_keys WHERE node = NEW.id; END;

-- Hits that the centre found, and what for: the same thing is not told twice, also
-- after a kill.
CREATE TABLE centre_hits (
    hit    BLOB PRIMARY KEY REFERENCES hits (id) ON DELETE CASCADE,
    cause  TEXT NOT NULL,
    at_ms  INTEGER NOT NULL                  -- of the passage
) STRICT, WITHOUT ROWID;
CREATE INDEX centre_hits_by_cause ON centre_hits (cause, at_ms);
CREATE INDEX hits_by_listed_plate ON hits (listed_plate, captured_ms);

-- What else a transit's plate may be: its alternatives, but for the improbable.
CREATE TABLE transit_texts (
    text     TEXT NOT NULL,
    transit  BLOB NOT NULL REFERENCES transits (id) ON DELETE CASCADE,
    PRIMARY KEY (text, transit)
) STRICT, WITHOUT ROWID;
CREATE INDEX transit_texts_by_transit ON transit_texts (transit);
INSERT OR IGNORE INTO transit_texts (text, transit)
SELECT json_extract(other.value, '$.text'), transits.id
FROM transits, json_each(transits.document, '$.alternatives') AS other
WHERE json_extract(other.value, '$.confidence') >= 0.02;
