"""The rule, its mask and its SQL are one; and it says what the contract says."""

import apsw
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.access.policy import Allowed, may_export, may_read
from app.access.principals import Principal, audiences_of, capabilities
from app.model.identity import Registry
from app.model.label import CLASSIFICATIONS, Label, Marking

PLACES = ["ARG", "GBR", "SVK"]
AUDIENCES = [*PLACES, "HQ", "MISSION", "sector-2"]
RANK = {"unclassified": 0, "confidential": 1, "strictly_confidential": 2}

labels = st.builds(
    Label,
    classification=st.sampled_from(CLASSIFICATIONS),
    releasable_to=st.sets(st.sampled_from(AUDIENCES)).map(lambda s: tuple(sorted(s))),
    caveats=st.sets(st.sampled_from(["ORCON", "NO_EXPORT", "NO_WEBHOOK"])).map(lambda s: tuple(sorted(s))),
)
markings = st.builds(Marking, st.sets(st.sampled_from(PLACES), min_size=1).map(lambda s: tuple(sorted(s))), labels)
principals = st.builds(
    Principal,
    id=st.just("p"),
    name=st.just("p"),
    kind=st.sampled_from(["key", "user", "hook"]),
    role=st.sampled_from(["device", "integration", "observer", "officer", "commander", "admin", "auditor"]),
    contingent=st.none() | st.sampled_from(PLACES),
    scopes=st.sets(st.sampled_from(["read", "write", "hooks"])).map(frozenset),
    clearance=st.sampled_from(CLASSIFICATIONS),
    audiences=st.sets(st.sampled_from(["ARG", "GBR", "SVK", "HQ", "sector-2"])).map(frozenset),
)


def reader(contingent: str | None = "ARG", **fields: object) -> Principal:
    values = {
        "id": "p", "name": "p", "kind": "key", "role": "officer", "contingent": contingent,
        "clearance": "strictly_confidential", "audiences": audiences_of("officer", contingent),
    }  # fmt: skip
    return Principal(**(values | fields))  # type: ignore[arg-type]


def expected(who: Principal, marking: Marking) -> bool:
    """The rule once more, as a truth table over sets."""
    reads = "read" in who.scopes if who.scopes or who.role == "integration" else who.role not in ("admin", "auditor")
    reads = reads and who.role not in ("admin", "auditor")
    cleared = RANK[who.clearance] >= RANK[marking.label.classification]
    own = set(marking.originators) == {who.contingent}
    released = bool(({"MISSION"} | who.audiences) & set(marking.label.releasable_to))
    hooked = not (who.kind == "hook" and "NO_WEBHOOK" in marking.label.caveats)
    return reads and cleared and hooked and (own or released)


@given(principals, markings)
def test_the_rule_equals_its_truth_table(who: Principal, marking: Marking) -> None:
    assert may_read(who, marking) == expected(who, marking)


@given(principals, st.lists(markings, max_size=20), st.lists(markings, max_size=20))
def test_mask_and_sql_and_rule_agree_while_the_registry_grows(
    who: Principal, first: list[Marking], then: list[Marking]
) -> None:
    registry = Registry()
    allowed = Allowed(who, registry)
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE things (number INTEGER)")
    for batch in (first, then):
        for marking in batch:
            registry.markings.number(marking)
        db.execute("DELETE FROM things")
        db.executemany("INSERT INTO things VALUES (?)", [(n,) for n in range(len(registry.markings))])
        wanted = [n for n in range(len(registry.markings)) if expected(who, registry.markings[n])]

        condition, value = allowed.sql("number")
        found = [row[0] for row in db.execute(f"SELECT number FROM things WHERE {condition} ORDER BY 1", (value,))]

        assert len(allowed.mask()) == len(registry.markings)
        assert np.flatnonzero(allowed.mask()).tolist() == wanted == found


@given(principals, labels)
def test_nobody_else_sees_what_is_released_to_nobody(who: Principal, label: Label) -> None:
    kept = Marking(("GBR",), Label(label.classification, (), label.caveats))

    assert may_read(who, kept) <= (who.contingent == "GBR")


def test_what_comes_from_two_contingents_is_not_one_contingents_own() -> None:
    joint = Marking(("ARG", "GBR"), Label(releasable_to=()))

    assert not may_read(reader("ARG"), joint)


def test_headquarters_are_the_officers_without_a_contingent() -> None:
    for_headquarters = Marking(("GBR",), Label("confidential", ("HQ",)))

    assert may_read(reader(None), for_headquarters)
    assert not may_read(reader("ARG"), for_headquarters)
    assert not may_read(reader(None, role="observer", audiences=audiences_of("observer", None)), for_headquarters)


def test_what_must_not_be_exported_may_still_be_read() -> None:
    kept = Marking(("ARG",), Label(caveats=("NO_EXPORT",)))

    assert may_read(reader(), kept)
    assert not may_export(reader(), kept)


def test_scopes_narrow_a_role_and_make_an_integration() -> None:
    assert capabilities("device", frozenset()) == {"write", "read", "feed"}
    assert capabilities("device", frozenset({"write"})) == {"write"}
    assert capabilities("observer", frozenset({"read", "assess"})) == {"read"}
    assert capabilities("integration", frozenset()) == frozenset()
    assert capabilities("integration", frozenset({"write", "accounts"})) == {"write"}


def test_administrators_and_auditors_read_no_content() -> None:
    everyone = Marking(("ARG",), Label())

    assert not may_read(reader(None, role="admin"), everyone)
    assert not may_read(reader(None, role="auditor"), everyone)
