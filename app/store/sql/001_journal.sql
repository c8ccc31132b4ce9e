-- The journal and everything folded from it. All blobs open with a format version; see codec.py and chunks.py.

CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE units (
    slot INTEGER PRIMARY KEY, contingent TEXT NOT NULL, unit TEXT NOT NULL, UNIQUE (contingent, unit)
) STRICT;
CREATE TABLE profiles (
    number INTEGER PRIMARY KEY, callsign TEXT, sidc TEXT, platform TEXT, party TEXT NOT NULL, altitude_ref TEXT NOT NULL,
    marking INTEGER NOT NULL
) STRICT;
CREATE TABLE markings (number INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, received_us INTEGER NOT NULL, positions INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- How far each reader of the journal has come.
CREATE TABLE cursors (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The senders' own report ids, hashed with their unit's slot, and what is known of each incident. Written with the
-- journal entry, so that a duplicate is known before anything has folded the first.
CREATE TABLE report_ids (
    key BLOB PRIMARY KEY, observed_us INTEGER NOT NULL, seen_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX report_ids_seen ON report_ids (seen_us);
CREATE TABLE incident_versions (
    contingent TEXT NOT NULL, incident TEXT NOT NULL, version INTEGER NOT NULL, sha256 BLOB NOT NULL,
    PRIMARY KEY (contingent, incident, version)
) STRICT, WITHOUT ROWID;

-- Positions by unit, copied from journal entries up to the cursor 'history'. Chunks of one unit may overlap in time.
CREATE TABLE history (
    chunk INTEGER PRIMARY KEY, slot INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, positions INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX history_slot ON history (slot, last_us, first_us);
CREATE INDEX history_small ON history (slot) WHERE positions < 256;

CREATE TABLE quarantine (
    contingent TEXT NOT NULL, number INTEGER NOT NULL, key_id TEXT NOT NULL, feed TEXT NOT NULL,
    received_us INTEGER NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL, size INTEGER NOT NULL, item BLOB NOT NULL,
    PRIMARY KEY (contingent, number)
) STRICT;
CREATE TABLE quarantine_totals (
    contingent TEXT PRIMARY KEY, next INTEGER NOT NULL, items INTEGER NOT NULL, bytes INTEGER NOT NULL,
    dropped INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the engine found, as it was last told, and every revision. ``marking`` numbers a row of markings.
CREATE TABLE violations (
    id TEXT PRIMARY KEY, revision INTEGER NOT NULL, feature TEXT NOT NULL, party TEXT NOT NULL, status TEXT NOT NULL,
    lon REAL NOT NULL, lat REAL NOT NULL, observed_us INTEGER NOT NULL, changed_us INTEGER NOT NULL,
    open INTEGER NOT NULL, marking INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX violations_observed ON violations (observed_us, id);
CREATE INDEX violations_changed ON violations (changed_us);
CREATE INDEX violations_open ON violations (id) WHERE open;
CREATE TABLE violation_revisions (
    id TEXT NOT NULL, revision INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (id, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE incidents (
    contingent TEXT NOT NULL, incident TEXT NOT NULL, version INTEGER NOT NULL, newest INTEGER NOT NULL, party TEXT,
    lon REAL NOT NULL, lat REAL NOT NULL, observed_us INTEGER NOT NULL, received_us INTEGER NOT NULL,
    marking INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (contingent, incident, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_observed ON incidents (observed_us, contingent, incident) WHERE newest;

-- Where in the journal each version of the mission file stands.
CREATE TABLE missions (seq INTEGER PRIMARY KEY, received_us INTEGER NOT NULL) STRICT;

CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, format INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
