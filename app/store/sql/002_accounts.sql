-- Who may ask: keys, users, their sessions and log-in links. No secret stands here, only digests and hashes.

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    contingent TEXT,
    scopes TEXT NOT NULL,               -- JSON array; empty: all that the role has
    clearance TEXT NOT NULL,
    audiences TEXT NOT NULL,            -- JSON array: audiences beyond those of contingent and role
    digest BLOB NOT NULL,               -- SHA-256 of the whole key
    created_us INTEGER NOT NULL,
    expires_us INTEGER,
    revoked_us INTEGER,
    used_us INTEGER                     -- last seen, to the half minute
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    contingent TEXT,
    clearance TEXT NOT NULL,
    audiences TEXT NOT NULL,
    password TEXT,                      -- argon2id, as a PHC string; null: enters by link only
    password_until_us INTEGER,          -- a one-time password's end; null: chosen by the user
    created_us INTEGER NOT NULL,
    disabled_us INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    digest BLOB PRIMARY KEY,            -- SHA-256 of the cookie
    user TEXT NOT NULL REFERENCES users (id),
    created_us INTEGER NOT NULL,
    seen_us INTEGER NOT NULL,           -- last use, to the half minute
    ends_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE links (
    digest BLOB PRIMARY KEY,            -- SHA-256 of the token in the link
    user TEXT NOT NULL REFERENCES users (id),
    ends_us INTEGER NOT NULL,
    used_us INTEGER
) STRICT, WITHOUT ROWID;

-- Grows with every change of rights, by whatever process, so that a server asks one number to know if its memory holds.
CREATE TABLE access_version (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), version INTEGER NOT NULL) STRICT;
INSERT INTO access_version VALUES (1, 1);

CREATE TRIGGER keys_changed
AFTER UPDATE OF name, role, contingent, scopes, clearance, audiences, digest, expires_us, revoked_us ON keys
BEGIN UPDATE access_version SET version = version + 1; END;

CREATE TRIGGER keys_deleted AFTER DELETE ON keys
BEGIN UPDATE access_version SET version = version + 1; END;

CREATE TRIGGER users_changed
AFTER UPDATE OF name, role, contingent, clearance, audiences, password, password_until_us, disabled_us ON users
BEGIN UPDATE access_version SET version = version + 1; END;

CREATE TRIGGER sessions_ended AFTER DELETE ON sessions
BEGIN UPDATE access_version SET version = version + 1; END;
