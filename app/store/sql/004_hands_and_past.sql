-- What officers write down, and what it takes to see the picture as it once was.

-- Every wording of each note of the log-book; ``seq`` is that of its journal entry, ``newest`` 1 for the last wording.
CREATE TABLE notes (
    id TEXT NOT NULL, seq INTEGER NOT NULL, newest INTEGER NOT NULL, at_us INTEGER NOT NULL, category TEXT NOT NULL,
    violation TEXT, track TEXT, marking INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX notes_at ON notes (at_us, id) WHERE newest;

CREATE TABLE mutes (
    id TEXT PRIMARY KEY, from_us INTEGER NOT NULL, until_us INTEGER NOT NULL, marking INTEGER NOT NULL,
    lifted_us INTEGER, lifted_by TEXT, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mutes_until ON mutes (until_us);

-- In which minutes of receipt each feed was heard, by the marking of what came. Copied from the journal up to the
-- cursor 'history'; the minute is µs since 1970 divided by 60,000,000.
CREATE TABLE heard (
    contingent TEXT NOT NULL, feed TEXT NOT NULL, marking INTEGER NOT NULL, minute INTEGER NOT NULL,
    first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, reports INTEGER NOT NULL,
    PRIMARY KEY (contingent, feed, marking, minute)
) STRICT, WITHOUT ROWID;

-- For the violations that stood at an instant: those observed before it, by when they last changed.
CREATE INDEX violations_span ON violations (observed_us, changed_us);
-- Of all versions, not only the newest: an incident as it was told then.
CREATE INDEX incidents_told ON incidents (observed_us);
