"""What had been told by an instant, and what is now known of it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.model.entry import MissionSet
from app.model.label import Label, Marking
from app.model.outcome import Outcome
from app.model.violation import Assessment, Change, Violation
from app.store import past
from app.store.outcomes import commit_outcomes
from tests.builders import NOON_US, OPEN, incident, violation
from tests.store.stores import Store, opened

SECRET = Marking(("GBR",), Label("confidential", ("GBR",)))
MINUTE_US = 60_000_000
DAY_US = 86_400_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def commit(store: Store, *told: Violation, **fields: Any) -> None:
    outcome = Outcome(1, NOON_US, tuple(Change(None, one) for one in told), **fields)
    store.database.write_now(lambda c: commit_outcomes(c, store.registry, [outcome], 1))


def numbers(store: Store, *markings: Marking) -> list[int]:
    return [store.registry.markings.number(marking) for marking in markings or (OPEN,)]


def lived(store: Store, key: str, *told: tuple[int, dict[str, Any]]) -> None:
    """A violation with a revision at each of these minutes after noon."""
    for revision, (minute, named) in enumerate(told, 1):
        told_us = NOON_US + told[0][0] * MINUTE_US
        fields = {"id": key, "revision": revision, "told_us": told_us, "changed_us": NOON_US + minute * MINUTE_US}
        commit(store, violation(**{"observed_us": told_us, **fields, **named}))


CLOSED = {"assessment": Assessment("closed", "Ana", NOON_US, None), "ended_us": NOON_US}


@pytest.mark.parametrize(
    ("minute", "known"),
    [
        (-1, {}),
        (0, {"a": 1}),
        (4, {"a": 1, "b": 1}),
        (5, {"a": 2, "b": 1}),
        (10, {"a": 2, "b": 2}),
        (24 * 60 + 5, {"a": 2, "b": 2}),
        (24 * 60 + 6, {"a": 2, "b": 2}),
        (24 * 60 + 11, {"a": 2}),
    ],
)
def test_a_violation_is_known_as_it_was_told_by_then(store: Store, minute: int, known: dict[str, int]) -> None:
    lived(store, "a", (0, {}), (5, {"status": "confirmed"}), (3 * 24 * 60, CLOSED))
    lived(store, "b", (2, {}), (10, CLOSED))
    lived(store, "c", (9 * 24 * 60, {}))

    found = store.database.read_now(lambda c: past.violations_known(c, NOON_US + minute * MINUTE_US))

    assert {one.id: one.revision for one in found} == known


def test_corrected_are_those_that_happened_as_they_read_now(store: Store) -> None:
    lived(store, "late", (0, {"told_us": NOON_US + DAY_US, "changed_us": NOON_US + DAY_US}))
    lived(store, "none", (0, {}), (1, {"status": "withdrawn"}))
    lived(store, "over", (-3000, CLOSED | {"ended_us": NOON_US - 2900 * MINUTE_US, "changed_us": NOON_US}))
    lived(store, "long", (-3000, {"ended_us": NOON_US - 10 * MINUTE_US}))
    lived(store, "after", (9, {}))

    found = store.database.read_now(lambda c: past.violations_corrected(c, NOON_US + MINUTE_US))

    assert {one.id for one in found} == {"late", "long"}


def test_the_revisions_of_a_span_come_in_the_order_in_which_they_were_told(store: Store) -> None:
    lived(store, "a", (0, {}), (5, {}), (9, {}))
    lived(store, "b", (3, {}), (7, {}))

    found = store.database.read_now(lambda c: past.revisions_between(c, NOON_US, NOON_US + 7 * MINUTE_US))

    assert [(one.id, one.revision) for one in found] == [("b", 1), ("a", 2), ("b", 2)]


def test_an_incident_is_known_in_the_version_that_its_reader_was_told_by_then(store: Store) -> None:
    commit(
        store,
        incidents=(
            incident(),
            incident(version=2, title="Three shots", received_us=NOON_US + 5, marking=SECRET),
            incident(version=3, title="Four shots", received_us=NOON_US + 9),
        ),
    )

    def titles(at_us: int, *markings: Marking) -> list[str]:
        told = store.database.read_now(lambda c: past.incidents_told(c, numbers(store, *markings), NOON_US, at_us))
        return [one.title for one in told]

    assert titles(NOON_US - 1) == []
    assert titles(NOON_US + 5) == ["Two shots"]
    assert titles(NOON_US + 5, OPEN, SECRET) == ["Three shots"]
    assert titles(NOON_US + 9) == ["Four shots"]
    now = store.database.read_now(lambda c: past.incidents_observed(c, numbers(store, SECRET), NOON_US, NOON_US))
    assert [one.title for one in now] == ["Three shots"]
    later = store.database.read_now(lambda c: past.incidents_between(c, numbers(store), NOON_US, NOON_US + 9))
    assert [one.title for one in later] == ["Four shots"]


async def test_the_mission_of_an_instant_is_the_last_set_by_then(store: Store) -> None:
    for document in (b"one", b"two"):
        seq = await store.journal.append(MissionSet(document, "ana"))
        outcome = Outcome(seq, NOON_US + seq * MINUTE_US, mission_changed=True)
        await store.database.write(partial(commit_outcomes, registry=store.registry, outcomes=[outcome], cursor=seq))

    def at(minute: int) -> int:
        return store.database.read_now(lambda c: past.mission_seq_at(c, NOON_US + minute * MINUTE_US))

    assert [at(0), at(1), at(2), at(9)] == [0, 1, 2, 2]
    assert store.database.read_now(lambda c: past.mission_document(c, 2)) == b"two"
    between = store.database.read_now(lambda c: past.missions_between(c, NOON_US + MINUTE_US, NOON_US + 9 * MINUTE_US))
    assert between == [(2, NOON_US + 2 * MINUTE_US)]
