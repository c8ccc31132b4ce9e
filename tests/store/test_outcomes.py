from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.model.label import Label, Marking
from app.model.outcome import Outcome
from app.model.violation import Assessment, Change, Violation
from app.store import outcomes
from app.store.outcomes import Wanted
from app.store.registry import load_registry
from tests.builders import NOON_US, OPEN, incident, violation
from tests.store.stores import Store, opened

SECRET = Marking(("GBR",), Label("confidential", ("GBR",)))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def commit(store: Store, *told: Violation, seq: int = 1, **fields: Any) -> None:
    outcome = Outcome(seq, NOON_US, tuple(Change(None, one) for one in told), **fields)
    store.database.write_now(lambda c: outcomes.commit_outcomes(c, store.registry, [outcome], seq))


def wanted(store: Store, *markings: Marking, **fields: Any) -> Wanted:
    return Wanted(markings=[store.registry.markings.number(marking) for marking in markings], **fields)


def found(store: Store, asked: Wanted, limit: int = 100) -> list[str]:
    return [one.id for one in store.database.read_now(lambda c: outcomes.violations(c, asked, limit))]


def test_the_cursor_moves_with_the_outcome(store: Store) -> None:
    assert store.database.read_now(outcomes.engine_cursor) == 0

    commit(store, violation(), seq=7)

    assert store.database.read_now(outcomes.engine_cursor) == 7
    assert store.database.read_now(lambda c: outcomes.violation_by_id(c, "v_1")) == violation()
    assert store.database.read_now(lambda c: outcomes.violation_by_id(c, "v_2")) is None


def test_every_revision_is_kept_and_the_last_is_found(store: Store) -> None:
    first, second = violation(), violation(revision=2, status="confirmed", marking=SECRET)
    commit(store, first)
    commit(store, second, seq=2)

    assert store.database.read_now(lambda c: outcomes.violation_by_id(c, "v_1")) == second
    assert store.database.read_now(lambda c: outcomes.violation_revisions(c, "v_1")) == [first, second]
    assert found(store, wanted(store, OPEN, SECRET)) == ["v_1"]
    assert found(store, wanted(store, OPEN)) == [], "its marking now is another"


def test_a_step_that_is_committed_twice_changes_nothing(store: Store) -> None:
    for _ in range(2):
        commit(store, violation(), incidents=(incident(),), mission_changed=True)

    assert len(store.database.read_now(lambda c: outcomes.violation_revisions(c, "v_1"))) == 1
    assert len(store.database.read_now(lambda c: outcomes.incident_versions(c, "ARG", "i-1"))) == 1
    assert store.database.read_now(outcomes.mission_seqs) == [1]


def test_a_joined_marking_is_stored_with_the_first_that_has_it(store: Store) -> None:
    commit(store, violation(marking=SECRET))

    assert SECRET in store.database.read_now(load_registry).markings.since(0)


def test_nothing_of_another_marking_is_found(store: Store) -> None:
    commit(store, violation(id="v_1"), violation(id="v_2", marking=SECRET))
    commit(store, seq=2, incidents=(incident(), incident(incident="i-2", marking=SECRET)))

    assert found(store, wanted(store)) == []
    assert found(store, wanted(store, OPEN)) == ["v_1"]
    assert found(store, wanted(store, OPEN), limit=1) == ["v_1"], "what is hidden takes no place on a page"
    read = store.database.read_now(lambda c: outcomes.incidents(c, wanted(store, OPEN), 10))
    assert [one.incident for one in read] == ["i-1"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["v_3", "v_2", "v_1"]),
        ({"party": "south"}, ["v_2"]),
        ({"status": "confirmed"}, ["v_3"]),
        ({"feature": "zone-1"}, ["v_1"]),
        ({"from_us": NOON_US + 1}, ["v_3", "v_2"]),
        ({"to_us": NOON_US + 1}, ["v_2", "v_1"]),
        ({"from_us": NOON_US + 1, "to_us": NOON_US + 1}, ["v_2"]),
        ({"bbox": (33.0, 35.0, 34.0, 36.0)}, ["v_1"]),
        ({"bbox": (179.0, -20.0, -179.0, -10.0)}, ["v_3", "v_2"]),
        ({"bbox": (179.0, -20.0, -179.0, -10.0), "party": "south"}, ["v_2"]),
        ({"bbox": (34.0, 35.0, 33.0, 36.0)}, []),
    ],
)
def test_violations_are_found_by_what_is_asked(store: Store, asked: dict[str, Any], expected: list[str]) -> None:
    commit(
        store,
        violation(id="v_1", feature="zone-1"),
        violation(id="v_2", party="south", observed_us=NOON_US + 1, lon=179.5, lat=-15.0),
        violation(id="v_3", status="confirmed", observed_us=NOON_US + 2, lon=-179.5, lat=-15.0),
    )

    assert found(store, wanted(store, OPEN, **asked)) == expected


def test_pages_follow_one_another_without_gap_or_repeat(store: Store) -> None:
    commit(store, *(violation(id=f"v_{n:02}", observed_us=NOON_US + n // 3) for n in range(20)))
    asked = wanted(store, OPEN)
    before: tuple[int, str] | None = None
    pages: list[str] = []
    while page := store.database.read_now(partial(outcomes.violations, wanted=asked, limit=4, before=before)):
        pages.extend(one.id for one in page)
        before = page[-1].observed_us, page[-1].id

    assert pages == [f"v_{n:02}" for n in reversed(range(20))]


def test_present_are_the_open_ones_and_those_changed_lately(store: Store) -> None:
    commit(
        store,
        violation(id="open", changed_us=1),
        violation(id="ended", changed_us=1, ended_us=5, assessment=Assessment("closed", "Ana", 3, None)),
        violation(id="withdrawn", changed_us=1, status="withdrawn"),
        violation(id="just withdrawn", changed_us=100, status="withdrawn"),
    )

    present = store.database.read_now(lambda c: outcomes.present_violations(c, 100))

    assert {one.id for one in present} == {"open", "just withdrawn"}


def test_the_newest_version_of_an_incident_is_listed_and_all_are_kept(store: Store) -> None:
    versions = [incident(), incident(version=2, title="Three shots"), incident(version=3, title="Four shots")]
    commit(store, incidents=tuple(versions[:2]))
    commit(store, seq=2, incidents=tuple(versions[2:]))

    listed = store.database.read_now(lambda c: outcomes.incidents(c, wanted(store, OPEN), 10))

    assert listed == versions[2:]
    assert store.database.read_now(lambda c: outcomes.incident_versions(c, "ARG", "i-1")) == versions


def test_incidents_are_found_by_what_is_asked_page_by_page(store: Store) -> None:
    told = [incident(incident=f"i-{n}", observed_us=NOON_US + n // 2, party="north" if n else None) for n in range(5)]
    commit(store, incidents=tuple(told))

    def ids(limit: int = 10, before: tuple[int, str, str] | None = None, **asked: Any) -> list[str]:
        query = wanted(store, OPEN, **asked)
        return [i.incident for i in store.database.read_now(lambda c: outcomes.incidents(c, query, limit, before))]

    assert ids() == ["i-4", "i-3", "i-2", "i-1", "i-0"]
    assert ids(limit=2) == ["i-4", "i-3"]
    assert ids(before=(NOON_US + 1, "ARG", "i-3")) == ["i-2", "i-1", "i-0"]
    assert ids(party="north", to_us=NOON_US) == ["i-1"]
    assert ids(bbox=(0.0, 0.0, 1.0, 1.0)) == []
    assert ids(status="confirmed") == ids(feature="line-north") == []
