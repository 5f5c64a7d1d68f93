-- The centre's database.
--
-- Conventions: identifiers of events are the 16 bytes of their version 7 UUID,
-- so that their order is the order of time and paging needs no other column;
-- times are milliseconds since 1970 in UTC (`_ms`); whole messages are kept as
-- they came, in JSON, beside the few columns that are searched.

-- Edge processes that may deliver. A node is known by its key, never by address.
CREATE TABLE nodes (
    id            TEXT PRIMARY KEY,          -- as in its pipeline file
    name          TEXT NOT NULL,             -- for people
    key           TEXT NOT NULL UNIQUE,      -- SHA-256 of its public key (SPKI), hexadecimal
    origin        TEXT NOT NULL CHECK (origin IN ('settings', 'command')),
    admitted_ms   INTEGER NOT NULL,
    last_seen_ms  INTEGER,                   -- by the centre's clock
    heartbeat     TEXT                       -- its last heartbeat, JSON
) STRICT;

-- One passage of one vehicle; the highest revision of each.
CREATE TABLE transits (
    id             BLOB PRIMARY KEY,
    revision       INTEGER NOT NULL,
    node           TEXT NOT NULL,
    camera         TEXT NOT NULL,
    plate          TEXT NOT NULL,
    first_seen_ms  INTEGER NOT NULL,
    received_ms    INTEGER NOT NULL,         -- of the first revision
    evidence       TEXT,                     -- SHA-256 of the picture; NULL: none, or deleted
    document       TEXT NOT NULL             -- the message, JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX transits_by_plate ON transits (plate, id);
CREATE INDEX transits_by_time ON transits (first_seen_ms);
CREATE INDEX transits_by_receipt ON transits (received_ms);
CREATE INDEX transits_by_evidence ON transits (evidence) WHERE evidence IS NOT NULL;

-- A match that somebody must verify, and how far that is.
CREATE TABLE hits (
    id             BLOB PRIMARY KEY,
    transit        BLOB NOT NULL,            -- may arrive after the hit, or be deleted before it
    node           TEXT NOT NULL,
    plate          TEXT NOT NULL,            -- as read
    listed_plate   TEXT NOT NULL,
    list_kind      TEXT NOT NULL,
    captured_ms    INTEGER NOT NULL,
    received_ms    INTEGER NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('new', 'acknowledged', 'dispatched', 'closed')),
    outcome        TEXT CHECK (outcome IN ('confirmed', 'false-read', 'not-found', 'no-action')),
    closed_ms      INTEGER,
    evidence       TEXT,                     -- NULL once retention has deleted the picture
    document       TEXT NOT NULL,
    CHECK ((state = 'closed') = (outcome IS NOT NULL)),
    CHECK ((state = 'closed') = (closed_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX hits_open ON hits (id) WHERE state <> 'closed';
CREATE INDEX hits_closed ON hits (id) WHERE state = 'closed';
CREATE INDEX hits_by_closing ON hits (closed_ms) WHERE closed_ms IS NOT NULL;
CREATE INDEX hits_by_receipt ON hits (received_ms);
CREATE INDEX hits_by_transit ON hits (transit);
CREATE INDEX hits_by_evidence ON hits (evidence) WHERE evidence IS NOT NULL;

-- Every evidence picture that lies in the evidence folder. A picture that no
-- transit and no hit refers to any more is deleted: first the file, then its row.
CREATE TABLE evidence (
    sha256       TEXT PRIMARY KEY,
    received_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people did about a hit, in order.
CREATE TABLE hit_actions (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    hit      BLOB NOT NULL REFERENCES hits (id) ON DELETE CASCADE,
    at_ms    INTEGER NOT NULL,
    account  TEXT NOT NULL,                  -- its name at that time
    action   TEXT NOT NULL CHECK (action IN ('acknowledge', 'dispatch', 'close')),
    outcome  TEXT,
    note     TEXT,
    unit     TEXT
) STRICT;
CREATE INDEX hit_actions_by_hit ON hit_actions (hit, id);

-- People. Without a password an account is entered by a sign-in link only.
CREATE TABLE accounts (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL UNIQUE COLLATE NOCASE,
    role             TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'auditor')),
    language         TEXT NOT NULL CHECK (language IN ('it', 'en')),
    password         TEXT,                   -- argon2id, PHC string
    created_ms       INTEGER NOT NULL,
    disabled_ms      INTEGER,                -- set: cannot sign in
    last_sign_in_ms  INTEGER
) STRICT;

-- One-time sign-in links; only the SHA-256 of the token is kept.
CREATE TABLE sign_in_links (
    token       BLOB PRIMARY KEY,
    account     INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_ms  INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed-in browsers; only the SHA-256 of the token is kept.
CREATE TABLE sessions (
    token         BLOB PRIMARY KEY,
    account       INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_ms    INTEGER NOT NULL,
    last_used_ms  INTEGER NOT NULL,
    expires_ms    INTEGER NOT NULL           -- whatever the use
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);

-- Who did what. Append-only: each row's hash covers the row and the hash before
-- it (docs/design/security.md says how), so that a change anywhere is found.
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at_ms    INTEGER NOT NULL,
    account  TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    reason   TEXT,
    hash     TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at_ms);

-- Where the kept part of the chain starts: retention deletes from the front only.
CREATE TABLE audit_start (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    first_seq  INTEGER NOT NULL,             -- the first row that is kept
    previous   TEXT NOT NULL                 -- hash of the row before it
) STRICT;
INSERT INTO audit_start (only, first_seq, previous)
VALUES (1, 1, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_is_deleted_from_the_front_only BEFORE DELETE ON audit
WHEN OLD.seq >= (SELECT first_seq FROM audit_start)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_start_moves_forward_only BEFORE UPDATE ON audit_start
WHEN NEW.first_seq < OLD.first_seq
  OR NEW.previous IS NOT (SELECT hash FROM audit WHERE seq = NEW.first_seq - 1)
BEGIN SELECT RAISE(ABORT, 'the audit log is deleted from the front only'); END;

CREATE TRIGGER audit_start_stays BEFORE DELETE ON audit_start
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
