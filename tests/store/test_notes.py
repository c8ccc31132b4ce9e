from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.model.label import Label, Marking
from app.model.note import Lifted, Mute, Note
from app.model.outcome import Outcome
from app.store import notes as book
from app.store.outcomes import commit_outcomes
from tests.builders import NOON_US, OPEN
from tests.store.stores import Store, opened

SECRET = Marking(("GBR",), Label("confidential", ("GBR",)))


def note(**named: Any) -> Note:
    fields: dict[str, Any] = {
        "id": "l_1", "seq": 1, "at_us": NOON_US, "written_us": NOON_US, "category": "general", "text": "Quiet",
        "by": "Ana", "principal": "u_1", "violation": None, "track": None, "marking": OPEN,
    }  # fmt: skip
    return Note(**{**fields, **named})


def mute(**named: Any) -> Mute:
    fields: dict[str, Any] = {
        "id": "m_1", "rule": "r1", "feature": None, "track": None, "from_us": NOON_US, "until_us": NOON_US + 10,
        "note": None, "by": "Ana", "marking": OPEN,
    }  # fmt: skip
    return Mute(**{**fields, **named})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as store:
        yield store


def commit(store: Store, **told: Any) -> None:
    outcome = Outcome(1, NOON_US, **told)
    store.database.write_now(lambda db: commit_outcomes(db, store.registry, [outcome], 1))


def numbers(store: Store, *markings: Marking) -> list[int]:
    return [store.registry.markings.number(marking) for marking in markings or (OPEN,)]


def ids(
    store: Store, *markings: Marking, limit: int = 10, before: tuple[int, str] | None = None, **a: Any
) -> list[str]:
    wanted = book.WantedNotes(markings=numbers(store, *markings), **a)
    return [one.id for one in store.database.read_now(lambda db: book.notes(db, wanted, limit, before))]


def test_the_newest_wording_is_listed_and_all_are_kept(store: Store) -> None:
    first, second = note(), note(seq=2, text="Not quiet", at_us=NOON_US + 5)
    for _ in range(2):
        commit(store, notes=(first,))
        commit(store, notes=(second,))

    wanted = book.WantedNotes(markings=numbers(store))
    assert store.database.read_now(lambda db: book.notes(db, wanted, 10)) == [second]
    assert store.database.read_now(lambda db: book.wordings(db, "l_1")) == [first, second]


def test_notes_are_found_by_what_is_asked_page_by_page(store: Store) -> None:
    commit(
        store,
        notes=(
            note(id="l_1", category="patrol", violation="v_1"),
            note(id="l_2", at_us=NOON_US + 1, track="t_1"),
            note(id="l_3", at_us=NOON_US + 1),
            note(id="l_4", at_us=NOON_US + 2, marking=SECRET),
        ),
    )

    assert ids(store) == ["l_3", "l_2", "l_1"]
    assert ids(store, OPEN, SECRET) == ["l_4", "l_3", "l_2", "l_1"]
    assert ids(store, limit=1) == ["l_3"], "what is hidden takes no place on a page"
    assert ids(store, before=(NOON_US + 1, "l_3")) == ["l_2", "l_1"]
    assert ids(store, violation="v_1") == ids(store, category="patrol") == ids(store, to_us=NOON_US) == ["l_1"]
    assert ids(store, track="t_1", from_us=NOON_US + 1) == ["l_2"]


@pytest.mark.parametrize(
    ("from_us", "to_us", "found"),
    [
        (NOON_US - 5, NOON_US - 1, []),
        (NOON_US - 5, NOON_US, ["m_1"]),
        (NOON_US + 3, NOON_US + 3, ["m_1", "m_2"]),
        (NOON_US + 4, NOON_US + 9, ["m_1"]),
        (NOON_US + 10, NOON_US + 99, []),
    ],
)
def test_mutes_are_in_force_from_their_entry_to_their_end_or_lifting(
    store: Store, from_us: int, to_us: int, found: list[str]
) -> None:
    commit(store, mutes=(mute(), mute(id="m_2", from_us=NOON_US + 1), mute(id="m_3", marking=SECRET)))
    commit(store, lifted=(Lifted("m_2", NOON_US + 4, "Ben"), Lifted("m_2", NOON_US + 5, "Cem")))

    mutes = store.database.read_now(lambda db: book.mutes_between(db, numbers(store), from_us, to_us))

    assert [one.id for one in mutes] == found
    lifted = store.database.read_now(lambda db: book.mute_by_id(db, "m_2"))
    assert lifted is not None
    assert (lifted.lifted_us, lifted.lifted_by) == (NOON_US + 4, "Ben")
