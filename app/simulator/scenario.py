"""Scenarios: who moves where, who reports it and how badly, as a JSON file says. Plays nothing."""

from pathlib import Path
from typing import Literal

import msgspec

from app.model.report import PLATFORMS

SCENARIOS = Path(__file__).parent / "scenarios"
FASTEST_M_S = {"foot": 6, "vehicle": 40, "armour": 25, "artillery": 20, "aircraft": 300, "helicopter": 90, "uav": 60,
               "vessel": 20, "static": 0}  # fmt: skip
"""What a unit of each platform may be told to do, m/s: well inside the gates of a server."""

LonLat = tuple[float, float]


class ScenarioFault(ValueError):
    """A scenario file cannot be played; the message says where and why."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Go along a path (lon, lat degrees) at a mean speed, or hold the place for a mean time: one of the two."""

    go: tuple[LonLat, ...] = ()
    speed_m_s: float = 0.0
    hold_s: float = 0.0


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How well a unit's reports get through."""

    duplicate_share: float = 0.01
    """Of the reports, sent again up to half a minute later."""
    outage_every_s: float = 0.0
    """Mean time between outages; 0: none."""
    outage_for_s: float = 60.0
    outage: Literal["late", "lost"] = "late"
    """Reports of an outage come all at once after it, or never."""


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A unit that moves by its plan, over and over, and is reported by a contingent."""

    id: str
    contingent: str
    platform: str
    plan: tuple[Step, ...]
    party: str = "mission"
    callsign: str | None = None
    sidc: str | None = None
    delay_s: float = 0.0
    """Stands at its first place for so long before it begins."""
    report_every_s: float = 5.0
    accuracy_m: float = 8.0
    """Radius that holds the true position with 68 % probability; the noise of the reports keeps to it."""
    altitude_m: float | None = None
    operator: LonLat | None = None
    """Of a drone: reported over the drones call, with its operator's place."""
    sensor_m: float | None = None
    """Of a drone: half the width of the ground its camera sees."""
    link: Link = Link()


class SimulatedIncident(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An incident that a contingent reports now and then, each time under a new id."""

    id: str
    contingent: str
    lon: float
    lat: float
    category: str
    title: str
    severity: Literal["info", "low", "medium", "high", "flash"] = "low"
    party: str | None = None
    first_s: float = 60.0
    every_s: float = 1_800.0
    amended_after_s: float | None = None
    amendment: str | None = None
    """The description that the amended version brings."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A scenario. The same seed gives the same movements and the same reports, to the last digit."""

    name: str
    mission: str
    """The mission file it was made for, by its name in ``missions/``."""
    seed: int
    units: tuple[Unit, ...]
    incidents: tuple[SimulatedIncident, ...] = ()

    @property
    def contingents(self) -> tuple[str, ...]:
        """Who reports in it, in alphabetical order: each needs a key."""
        return tuple(sorted({unit.contingent for unit in self.units} | {one.contingent for one in self.incidents}))


def load_scenario(name: str | Path) -> Scenario:
    """Read a scenario: one of the package's by its name (``cyprus-demo``), any other by its path.

    Raises:
        ScenarioFault: no such scenario, not one, or one that no server could believe.
    """
    own = SCENARIOS / f"{name}.json"
    path = own if own.is_file() else Path(name)
    try:
        scenario = msgspec.json.decode(path.read_bytes(), type=Scenario)
    except OSError as error:
        raise ScenarioFault(f"no scenario {name}: the package has {', '.join(names())}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScenarioFault(f"{path.name}: {error}") from error
    _check(scenario)
    return scenario


def names() -> list[str]:
    """Return the names of the package's own scenarios."""
    return sorted(path.stem for path in SCENARIOS.glob("*.json"))


def _check(scenario: Scenario) -> None:
    seen: set[tuple[str, str]] = set()
    for unit in scenario.units:
        if (unit.contingent, unit.id) in seen:
            raise ScenarioFault(f"{unit.id}: is there twice")
        seen.add((unit.contingent, unit.id))
        if unit.platform not in PLATFORMS:
            raise ScenarioFault(f"{unit.id}: the platform must be one of {', '.join(PLATFORMS)}")
        if unit.report_every_s <= 0 or unit.accuracy_m <= 0:
            raise ScenarioFault(f"{unit.id}: report_every_s and accuracy_m must be above 0")
        _check_plan(unit)
    for incident in scenario.incidents:
        # An amendment comes before the next of its kind: reports are made in order.
        if not 0 <= (incident.amended_after_s or 0) < 0.8 * incident.every_s:
            raise ScenarioFault(f"{incident.id}: amended_after_s must be less than 0.8 × every_s")


def _check_plan(unit: Unit) -> None:
    places = {place for step in unit.plan for place in step.go}
    if not unit.plan or not unit.plan[0].go:
        raise ScenarioFault(f"{unit.id}: the plan must begin with a place")
    if any(not -180 <= lon <= 180 or not -90 < lat < 90 for lon, lat in places):
        raise ScenarioFault(f"{unit.id}: a place is not on the map")
    if any(bool(step.go) == (step.hold_s > 0) for step in unit.plan):
        raise ScenarioFault(f"{unit.id}: each step must either go or hold")
    if len(places) > 1:
        fastest_m_s = FASTEST_M_S[unit.platform]
        if not all(0 < step.speed_m_s <= fastest_m_s for step in unit.plan if step.go):
            raise ScenarioFault(f"{unit.id}: speed_m_s must be above 0, and for a {unit.platform} up to {fastest_m_s}")
    elif not any(step.hold_s > 0 for step in unit.plan):
        raise ScenarioFault(f"{unit.id}: the plan takes no time")
