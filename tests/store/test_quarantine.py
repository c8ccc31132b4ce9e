from functools import partial
from pathlib import Path

import pytest

from app.store import quarantine
from app.store.quarantine import QuarantineTotals, Rejected, keep_rejected, quarantine_totals, quarantined
from tests.store.stores import NOON_US, opened


def rejected(item: bytes = b'{"lat": 91}', contingent: str = "ARG", **named: str) -> Rejected:
    fields = {"code": "out_of_range", "detail": "lat is at most 90", **named}
    return Rejected(contingent, "key-1", "positions", NOON_US, item=item, **fields)


def test_items_come_back_with_their_bytes_and_reason_the_newest_first(tmp_path: Path) -> None:
    items = [rejected(b"\xff\x00"), rejected(bytes(1_000_000), code="too_large"), rejected(b"")]
    with opened(tmp_path) as store:
        store.database.write_now(lambda c: keep_rejected(c, items[:2]))
        store.database.write_now(lambda c: keep_rejected(c, items[2:]))

        listed = store.database.read_now(lambda c: quarantined(c, "ARG", 10))

    assert [one.rejected for one in listed] == items[::-1]


def test_a_contingent_sees_its_own_items_and_numbers_alone(tmp_path: Path) -> None:
    mixed = [rejected(b"a"), rejected(b"b", "GBR"), rejected(b"c"), rejected(b"d", "GBR")]
    with opened(tmp_path) as store:
        store.database.write_now(lambda c: keep_rejected(c, mixed))

        listed = store.database.read_now(lambda c: quarantined(c, "GBR", 10))

    assert [(one.number, one.rejected.item) for one in listed] == [(2, b"d"), (1, b"b")]


def test_pages_follow_one_another(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.database.write_now(lambda c: keep_rejected(c, [rejected(b"%d" % n) for n in range(5)]))

        first = store.database.read_now(lambda c: quarantined(c, "ARG", 3))
        second = store.database.read_now(lambda c: quarantined(c, "ARG", 3, first[-1].number))

    assert [one.rejected.item for one in [*first, *second]] == [b"4", b"3", b"2", b"1", b"0"]


def test_the_oldest_go_beyond_the_bound_of_items_and_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "ITEMS_KEPT", 4)
    with opened(tmp_path) as store:
        for n in range(6):
            items = [rejected(b"%d" % n), rejected(b"x", "GBR")]
            store.database.write_now(partial(keep_rejected, rejected=items))

        listed = store.database.read_now(lambda c: quarantined(c, "ARG", 10))
        totals = store.database.read_now(lambda c: quarantine_totals(c, "ARG"))

    assert [one.rejected.item for one in listed] == [b"5", b"4", b"3", b"2"]
    assert totals == QuarantineTotals(items=4, bytes=4, dropped=2)


def test_the_oldest_go_beyond_the_bound_of_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "BYTES_KEPT", 100)
    with opened(tmp_path) as store:
        store.database.write_now(lambda c: keep_rejected(c, [rejected(bytes(40)) for _ in range(5)]))

        assert store.database.read_now(lambda c: quarantine_totals(c, "ARG")) == QuarantineTotals(2, 80, 3)
        assert [one.number for one in store.database.read_now(lambda c: quarantined(c, "ARG", 10))] == [5, 4]


def test_nothing_is_known_of_a_contingent_without_rejects(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.database.read_now(lambda c: quarantine_totals(c, "ARG")) == QuarantineTotals(0, 0, 0)
