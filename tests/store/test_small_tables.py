from functools import partial
from pathlib import Path

from app.store.keys import SENT_IDS_KEPT_US, forget_sent_ids, keep_sent_ids, observed_of
from app.store.known import KnownReports
from app.store.meta import kept
from app.store.snapshots import Snapshot, load_snapshot, save_snapshot
from tests.store.stores import block, opened


def test_a_kept_value_is_made_once(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.database.write_now(lambda c: kept(c, "secret", lambda: b"first")) == b"first"
        assert store.database.write_now(lambda c: kept(c, "other", lambda: b"other")) == b"other"
    with opened(tmp_path) as again:
        assert again.database.write_now(lambda c: kept(c, "secret", lambda: b"second")) == b"first"


def test_the_newest_snapshot_of_a_known_format_is_loaded(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.database.read_now(lambda c: load_snapshot(c, {1}, 100)) is None
        for seq, version in ((10, 1), (20, 1), (30, 2)):
            store.database.write_now(partial(save_snapshot, seq=seq, format=version, body=b"%d" % seq))

        def loaded(formats: set[int], upto: int) -> Snapshot | None:
            return store.database.read_now(lambda c: load_snapshot(c, formats, upto))

        assert loaded({1, 2}, 100) == Snapshot(30, 2, b"30")
        assert loaded({1}, 100) == Snapshot(20, 1, b"20")
        assert loaded({1, 2}, 29) == Snapshot(20, 1, b"20"), "one ahead of the journal is of no use"
        assert loaded({1, 2}, 15) is None, "only two are kept"


def test_senders_ids_are_forgotten_after_30_days(tmp_path: Path) -> None:
    ids = [((0, f"id-{n}"), n) for n in range(20)]
    with opened(tmp_path) as store:
        for n, one in enumerate(ids):
            store.database.write_now(partial(keep_sent_ids, sent=[one], seen_us=n))

        gone = store.database.write_now(lambda c: forget_sent_ids(c, SENT_IDS_KEPT_US + 15))

        assert gone == 15
        assert store.database.write_now(lambda c: forget_sent_ids(c, SENT_IDS_KEPT_US + 15)) == 0
        assert store.database.read_now(lambda c: observed_of(c, [sent for sent, _ in ids])) == dict(ids[15:])


async def test_the_ledger_sees_all_that_was_kept_before_it_asks(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.slot("car-7")
        known = KnownReports(store.database, store.history)
        for n in range(20):
            await store.journal.append_reports(block({"observed_us": n}), [((0, f"id-{n}"), n)])
            places, _ = await known.at([0], [n])
            assert places.tolist() == [0]
            assert await known.observed_of([(0, f"id-{n}"), (0, f"id-{n + 1}")]) == {(0, f"id-{n}"): n}
        assert await known.incidents("ARG", ["i-1"]) == {}
