"""Random positions become the columns that they say; every way of sending them gives the same."""

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.feeds.drafts import Draft, Drafter
from app.feeds.items import PositionItem
from app.feeds.terms import Terms
from app.model.identity import Registry, Unit
from app.model.label import Label, Marking
from app.model.report import COLUMNS
from tests.builders import NOON_US
from tests.feeds.items import MISSION, POSITIONS, drafted, opened, us_of


def rows(draft: Draft, registry: Registry) -> list[list[Any]]:
    """Each row as values, with its profile and its extras spelt out."""
    found = []
    for row in range(len(draft)):
        values = {name: getattr(draft.block, name)[row].item() for name, _ in COLUMNS}
        extra = values.pop("extra")
        slot, profile = values.pop("slot"), registry.profiles[values.pop("profile")]
        marking = registry.markings[profile.marking]
        numbers = [None if isinstance(value, float) and math.isnan(value) else value for value in values.values()]
        extras = json.loads(draft.block.extras[extra]) if extra >= 0 else {}
        found.append([registry.units[slot], *numbers, profile[:5], marking, extras])
    return found


def expected(item: dict[str, Any]) -> list[Any]:
    """The same from the item, by arithmetic that shares nothing with the server's."""
    given = {name: value for name, value in item.items() if value is not None}
    label = given.get("label", {})
    audience = label.get("releasable_to", ["MISSION"])
    near = abs(given["lon"]) < 0.001 and abs(given["lat"]) < 0.001
    observed_us = us_of(given["observed_at"])
    return [
        Unit("ARG", given["unit"]),
        observed_us,
        round(Fraction(given["lon"] * 1e7)),
        round(Fraction(given["lat"] * 1e7)),
        *(given.get(name) for name in ("altitude_m", "accuracy_m", "speed_m_s", "course_deg")),
        (1 if observed_us > NOON_US + 300_000_000 else 0) + (2 if near else 0),
        (
            given.get("callsign"),
            given.get("sidc"),
            given.get("platform"),
            given.get("party", "mission"),
            given.get("altitude_ref", "hae"),
        ),
        Marking(
            ("ARG",),
            Label(
                label.get("classification", "unclassified"),
                ("MISSION",) if "MISSION" in audience else tuple(sorted(set(audience))),
                tuple(sorted(set(label.get("caveats", [])))),
            ),
        ),
        {name: given[name] for name in ("count", "remarks", "report_id") if name in given},
    ]


@settings(max_examples=150, deadline=None)
@given(items=st.lists(POSITIONS, max_size=8), ascii_only=st.booleans(), slowly=st.booleans(), lines=st.booleans())
def test_positions_become_the_columns_they_say(
    items: list[dict[str, Any]], ascii_only: bool, slowly: bool, lines: bool
) -> None:
    registry = Registry()
    texts = [json.dumps(item, ensure_ascii=ascii_only) for item in items]
    body = ("\n".join(texts) if lines else f"[{','.join(texts)}]").encode()

    one = opened(body, PositionItem, lines=lines, slowly=slowly)
    draft = Drafter(registry, Terms.of(MISSION)).draft(one, "ARG", NOON_US, drones=False)

    assert draft.rejects == []
    assert rows(draft, registry) == [expected(item) for item in items]
    assert list(draft.places) == list(range(len(items)))
    assert list(draft.report_ids or [None] * len(items)) == [item.get("report_id") for item in items]


@settings(max_examples=60, deadline=None)
@given(items=st.lists(POSITIONS, min_size=2, max_size=6))
def test_one_by_one_is_the_same_as_together(items: list[dict[str, Any]]) -> None:
    registry = Registry()

    together = drafted(items, registry)
    alone = [drafted([item], registry) for item in items]

    assert [row for draft in alone for row in rows(draft, registry)] == rows(together, registry)
    for name, kind in COLUMNS:
        assert getattr(together.block, name).dtype == np.dtype(kind)
        assert getattr(alone[0].block, name).dtype == np.dtype(kind)


@settings(max_examples=100, deadline=None)
@given(
    items=st.lists(POSITIONS, min_size=2, max_size=6),
    differing=st.sets(st.sampled_from(["party", "platform", "label", "count", "callsign"]), max_size=2),
)
def test_what_is_known_of_a_batch_is_found_again_whatever_differs(
    items: list[dict[str, Any]], differing: set[str]
) -> None:
    """Of all that says what a unit is, nothing differs within the batch but at most two fields."""
    said = {"callsign", "sidc", "platform", "party", "altitude_ref", "label", "count"} - differing
    alike = [
        {name: value for name, value in item.items() if name not in said}
        | {name: items[0][name] for name in said & items[0].keys()}
        for item in items
    ]
    registry = Registry()
    drafter = Drafter(registry, Terms.of(MISSION))
    body = json.dumps(alike).encode()

    first, again = (drafter.draft(opened(body, PositionItem), "ARG", NOON_US, drones=False) for _ in range(2))
    mixed = drafter.draft(opened(json.dumps([*alike, *items]).encode(), PositionItem), "ARG", NOON_US, drones=False)

    assert rows(first, registry) == [expected(item) for item in alike]
    assert again.block.profile.tolist() == first.block.profile.tolist()
    assert rows(mixed, registry) == [expected(item) for item in [*alike, *items]]


@settings(max_examples=60, deadline=None)
@given(items=st.lists(POSITIONS, min_size=1, max_size=6), data=st.data())
def test_a_bad_item_takes_no_good_one_with_it(items: list[dict[str, Any]], data: st.DataObject) -> None:
    registry = Registry()
    bad: list[dict[str, Any]] = [
        {"lat": 91}, {"lon": "1"}, {"unit": " a"}, {"party": "x"}, {"sidc": "x"}, {"remarks": "\x07"}, {"colour": 1},
        {"observed_at": "x"}, {"observed_at": "1969-01-01T00:00:00Z"}, {"lat": -0.0}, {"label": {"caveats": ["X"]}},
        {"report_id": "a\n"}, {"label": {"releasable_to": ["X"]}},
    ]  # fmt: skip
    faults = {place: data.draw(st.sampled_from(bad)) for place in data.draw(st.sets(st.integers(0, len(items) - 1)))}
    sent = [item | faults.get(place, {}) for place, item in enumerate(items)]

    draft = drafted(sent, registry)

    good = [place for place in range(len(items)) if place not in faults]
    assert rows(draft, registry) == [expected(items[place]) for place in good]
    assert list(draft.places) == good
    assert sorted(reject.index for reject in draft.rejects) == sorted(faults)
    for reject in draft.rejects:
        assert json.loads(reject.raw) == sent[reject.index]
        field = next(iter(faults[reject.index]))
        assert (reject.fault.field or "").split(".")[0] == field
        assert reject.fault.detail.startswith(f"{reject.fault.field}: ")
    assert len(registry.units) == len({items[place]["unit"] for place in good})
