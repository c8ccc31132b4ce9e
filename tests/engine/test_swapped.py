"""Two devices that swap their names, or one that sends an old way as its new one: the speed gates doubt the jump.

What they cannot tell is a swap of neighbours, whose jump either could have made, and one that lasts: after sixteen bad
fixes in a row a track is believed where it then is.
"""

import pytest

from app.picture.tracks import IMPLAUSIBLE
from tests.engine.world import Told, World, feature, mission

RULE = {"rule": "line_crossing", "id": "r", "margin_m": 50, "severity": "high"}
LINE = feature([RULE], [[-1.0, 0.0], [1.0, 0.0]], left="west", right="east")
DOCUMENT = mission(LINE, gates={})


def swapping(*, apart: float, swapped: range) -> tuple[World, dict[str, set[int]]]:
    """Two cars on either side of the line, ``apart`` degrees; return where each was flagged, too."""
    it = World(DOCUMENT)
    flagged: dict[str, set[int]] = {"car-a": set(), "car-b": set()}
    for at in range(60):
        names = ("car-b", "car-a") if at in swapped else ("car-a", "car-b")
        places = (at * 1e-4, 0.002), (at * 1e-4 + apart, -0.002)
        it.push(Told(at * 10.0, *place, 5.0, unit=name) for name, place in zip(names, places, strict=True))
        for row, name in enumerate(flagged):
            if it.engine.tracks.flags[row] & IMPLAUSIBLE:
                flagged[name].add(at)
    return it, flagged


def test_swapped_far_apart_for_a_while_both_are_flagged_all_the_while_and_confirm_nothing() -> None:
    it, flagged = swapping(apart=0.3, swapped=range(30, 45))

    assert flagged == {"car-a": set(range(30, 45)), "car-b": set(range(30, 45))}
    assert {violation.status for violation in it.latest.values()} == {"withdrawn"}


@pytest.mark.parametrize(("apart", "swapped"), [(0.3, range(30, 60)), (0.001, range(30, 45))])
def test_a_swap_that_lasts_or_of_neighbours_is_believed_in_the_end(apart: float, swapped: range) -> None:
    """The limit of what positions alone can tell: it is said, not hidden."""
    it, flagged = swapping(apart=apart, swapped=swapped)

    assert flagged["car-a"] == (set(range(30, 46)) if apart > 0.1 else set())
    assert [violation.status for violation in it.violations()] == ["confirmed", "confirmed"]


def test_an_old_way_sent_as_a_new_one_is_flagged_to_its_last_fix_and_confirms_nothing() -> None:
    """Its way over the line this morning, replayed in the evening from thirty kilometres away."""
    it = World(DOCUMENT)
    old = [(at * 1e-4, 0.002 - at * 4e-4) for at in range(12)]
    now = [(0.3 + at * 1e-4, 0.002) for at in range(40)]
    flagged = []
    for at, place in enumerate(now[:20] + old + now[20:]):
        it.push([Told(at * 10.0, *place, 5.0)])
        if it.engine.tracks.flags[0] & IMPLAUSIBLE:
            flagged.append(at)

    assert flagged == list(range(20, 32))
    assert {violation.status for violation in it.latest.values()} == {"withdrawn"}
