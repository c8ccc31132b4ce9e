-- Hooks, what is to be delivered to them, and every try.

CREATE TABLE hooks (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,             -- id of the key or user that made it
    principal BLOB NOT NULL,         -- what the hook may read: its owner's rights on the day it was made
    url TEXT NOT NULL,
    subscription BLOB NOT NULL,
    secret BLOB NOT NULL,            -- as given: signing needs it, so no hash will do
    created_us INTEGER NOT NULL,
    failing_since_us INTEGER         -- the first failure since it last took anything
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- the order of raising
    id TEXT NOT NULL UNIQUE,                    -- the webhook-id: the same for every try and every restart
    hook TEXT NOT NULL,
    object TEXT NOT NULL,
    revision INTEGER NOT NULL,
    event TEXT NOT NULL,
    marking BLOB NOT NULL,
    body BLOB NOT NULL,
    raised_us INTEGER NOT NULL,
    since_us INTEGER NOT NULL,                  -- when this series of tries began: raised, or asked for again
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'given_up')),
    tries INTEGER NOT NULL DEFAULT 0,           -- in this series
    next_try_us INTEGER,                        -- null: done, or waits for an earlier delivery of its object
    UNIQUE (hook, object, revision, event)
) STRICT;

CREATE INDEX outbox_due ON outbox (hook, next_try_us, number) WHERE next_try_us IS NOT NULL;
CREATE INDEX outbox_line ON outbox (hook, object, number) WHERE state = 'pending';
CREATE INDEX outbox_raised ON outbox (raised_us);
CREATE INDEX outbox_log ON outbox (hook, number);

CREATE TABLE attempts (
    delivery INTEGER NOT NULL,       -- outbox.number
    attempt INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    code INTEGER,                    -- HTTP status, null when no answer came
    error TEXT,                      -- null when it was taken; at most 1 KB
    PRIMARY KEY (delivery, attempt)
) STRICT, WITHOUT ROWID;
