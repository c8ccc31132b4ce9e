"""What the store raises. Which HTTP answer each becomes is decided elsewhere.

StoreError
├── StoreUnavailable   not now: too much waits, another process holds the file, a wait came to its deadline
├── StoreFull          the disk is full: nothing of the call was kept; reading goes on
├── UnsafeSqlite       the SQLite library can lose data; the store does not open
└── UnreadableFormat   bytes of a format version that this release does not know
"""


class StoreError(Exception):
    """Something about the store, not about the caller's data."""


class StoreUnavailable(StoreError):
    """The store cannot take this now; the same call may succeed later."""


class StoreFull(StoreError):
    """The disk is full: the call left nothing behind."""


class UnsafeSqlite(StoreError):
    """This SQLite library is older than the release that mended the loss of WAL commits."""


class UnreadableFormat(StoreError):
    """Stored bytes carry a format version, or a kind, that this release does not know."""
