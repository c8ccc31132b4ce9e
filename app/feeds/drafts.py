"""Typed positions → the columns of a report block, and the rejects among them. Knows no key and no store."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import UNSET

from app.feeds.bodies import Columns, Opened, columns_of
from app.feeds.extras import EXTRAS, Faults, coordinate_fault, extra_of, extras_of, is_given, time_fault
from app.feeds.faults import Fault, Reject
from app.feeds.items import DroneItem, PositionItem
from app.feeds.numbers import Numbers, RegistryNumbers, ScratchNumbers
from app.feeds.terms import Terms, sidc_fault, text_fault
from app.feeds.times import instant_or_bad, parse_instants
from app.model.feature import MISSION_PARTY
from app.model.identity import Profile, Registry, Unit
from app.model.label import Marking
from app.model.report import DRONE, E7, F64, FUTURE, I32, I64, NULL_ISLAND, U8, ReportBlock

FUTURE_US = 5 * 60 * 1_000_000
NULL_ISLAND_E7 = E7 // 1000
_REMEMBERED = 50_000
_INT32 = np.dtype(np.int32)


@dataclass(frozen=True, slots=True)
class Draft:
    """Positions that are well formed: not yet judged against what is known. A row's item is at ``places``.

    ``report_ids`` has the sender's ids, or is empty where no row has one; ``labelled`` tells where a label was given.
    """

    block: ReportBlock
    places: Sequence[int]
    report_ids: Sequence[str | None]
    labelled: Sequence[bool]
    rejects: list[Reject]

    def __len__(self) -> int:
        return len(self.places)


class _Said(NamedTuple):
    """What reports say of their entity, as it was sent."""

    callsign: Any
    sidc: Any
    platform: Any
    party: Any
    altitude_ref: Any
    label: Any
    count: Any


_said_by = attrgetter(*_Said._fields)


class Drafter:
    """Makes drafts of one mission version's reports. Remembers units and profiles it has judged before."""

    def __init__(self, registry: Registry, terms: Terms) -> None:
        self.terms = terms
        self._registry = registry
        self._numbers = RegistryNumbers(registry)
        self._slots: dict[str, dict[str, int]] = {}
        self._profiles: dict[tuple[str, bool], dict[tuple[Any, ...], int]] = {}

    def draft(self, opened: Opened, contingent: str, received_us: int, *, drones: bool, dry: bool = False) -> Draft:
        """Return the draft of what ``opened`` holds. Bad rows become rejects; a dry run leaves no trace."""
        if not opened.items:
            return Draft(_EMPTY, (), (), (), opened.rejects)
        if len(opened.items) == 1:
            return self._draft_one(opened, contingent, received_us, drones=drones, dry=dry)
        columns = opened.columns or columns_of(opened.items, DroneItem if drones else PositionItem)
        column = columns.values
        faults: Faults = {}
        lon, lat, observed_us = _where_and_when(columns, faults)
        slots = {} if dry else self._slots.setdefault(contingent, {})
        what = _Said(*(column[name] for name in _Said._fields))
        profiles = {} if dry else self._remembered(contingent, drones)
        known_slots, known_profiles = _numbers_in(slots, column["unit"]), _numbers_of_rows(profiles, what)
        said: list[tuple[Any, ...]] = []
        if known_slots is None:
            self._judge_units(column["unit"], slots, faults)
        if known_profiles is None:
            said = list(zip(*what, strict=True))
            self._judge_profiles(said, profiles, faults)
        extras = extras_of(column, faults)
        rows: npt.NDArray[np.intp] | slice = slice(None)
        units: Sequence[str] = column["unit"]
        places: Sequence[int] = opened.places
        report_ids: Sequence[str | None] = ()
        if column["report_id"].count(UNSET) < len(units):
            report_ids = [one if is_given(one) else None for one in column["report_id"]]
        if faults:
            rows = np.array([row for row in range(len(units)) if row not in faults], np.intp)
            kept = rows.tolist()
            units, extras = [units[row] for row in kept], [extras[row] for row in kept]
            said = [said[row] for row in kept] if said else said
            report_ids = [report_ids[row] for row in kept] if report_ids else ()
            for row, fault in sorted(faults.items()):
                place = opened.places[row]
                opened.rejects.append(Reject(place, fault, opened.raw_of(place)))
            places = [opened.places[row] for row in kept]
        numbers: Numbers = ScratchNumbers(self._registry) if dry else self._numbers
        given = [extra for extra in extras if extra is not None]
        if known_slots is None:
            slot = self._slots_of(units, contingent, slots, numbers)
        else:
            slot = known_slots[rows]
        if known_profiles is None:
            profile = self._profiles_of(said, contingent, profiles, numbers, drones=drones)
        else:
            profile = known_profiles[rows]
        labelled = [False] * len(units)
        if what.label.count(UNSET) < len(what.label):
            labelled = [is_given(what.label[row]) for row in np.arange(len(what.label))[rows].tolist()]
        block = ReportBlock(
            slot=slot,
            observed_us=observed_us[rows],
            lon_e7=np.rint(lon[rows] * E7).astype(np.int32),
            lat_e7=np.rint(lat[rows] * E7).astype(np.int32),
            altitude_m=_floats(columns, "altitude_m")[rows],
            accuracy_m=_floats(columns, "accuracy_m")[rows],
            speed_m_s=_floats(columns, "speed_m_s")[rows],
            course_deg=_floats(columns, "course_deg")[rows],
            profile=profile,
            flags=self._flags(lon[rows], lat[rows], observed_us[rows], received_us, drones=drones),
            extra=_extra_numbers(extras) if given else np.full(len(units), -1, np.int32),
            extras=given,
        )
        return Draft(block, places, report_ids, labelled, opened.rejects)

    def _draft_one(self, opened: Opened, contingent: str, received_us: int, *, drones: bool, dry: bool) -> Draft:
        """``draft`` of a single item: the same, without the price of arrays until the end."""
        item, faults = opened.items[0], Faults()
        lon, lat, observed_us = item.lon, item.lat, instant_or_bad(item.observed_at)
        fault = coordinate_fault(lon, "lon") or coordinate_fault(lat, "lat")
        if fault:
            faults[0] = fault
        if observed_us < 0:
            faults[0] = time_fault(observed_us)
        said = (_said_by(item),)
        slots = {} if dry else self._slots.setdefault(contingent, {})
        profiles = {} if dry else self._remembered(contingent, drones)
        if item.unit not in slots:
            self._judge_units((item.unit,), slots, faults)
        if said[0] not in profiles:
            self._judge_profiles(said, profiles, faults)
        extra = extra_of({name: value for name in EXTRAS if is_given(value := getattr(item, name, None))}, 0, faults)
        if faults:
            opened.rejects.append(Reject(opened.places[0], faults[0], opened.raw_of(opened.places[0])))
            return Draft(_EMPTY, (), (), (), opened.rejects)
        numbers: Numbers = ScratchNumbers(self._registry) if dry else self._numbers
        flags = (DRONE if drones else 0) | (FUTURE if observed_us > received_us + FUTURE_US else 0)
        if abs(lon) < 0.001 and abs(lat) < 0.001 and not self.terms.in_area(lon, lat):
            flags |= NULL_ISLAND
        block = ReportBlock(
            slot=self._slots_of((item.unit,), contingent, slots, numbers),
            observed_us=np.array((observed_us,), np.int64),
            lon_e7=np.array((round(lon * E7),), np.int32),
            lat_e7=np.array((round(lat * E7),), np.int32),
            altitude_m=_float(item.altitude_m),
            accuracy_m=_float(item.accuracy_m),
            speed_m_s=_float(item.speed_m_s),
            course_deg=_float(item.course_deg),
            profile=self._profiles_of(said, contingent, profiles, numbers, drones=drones),
            flags=np.array((flags,), np.uint8),
            extra=np.array((-1 if extra is None else 0,), np.int32),
            extras=() if extra is None else (extra,),
        )
        report_ids = (item.report_id,) if is_given(item.report_id) else ()
        return Draft(block, opened.places, report_ids, (is_given(item.label),), opened.rejects)

    def _remembered(self, contingent: str, drones: bool) -> dict[tuple[Any, ...], int]:
        remembered = self._profiles.setdefault((contingent, drones), {})
        if len(remembered) > _REMEMBERED:
            remembered.clear()
        return remembered

    def _judge_units(self, units: Sequence[str], slots: dict[str, int], faults: Faults) -> None:
        bad = {unit: fault for unit in set(units) if unit not in slots and (fault := text_fault(unit, "unit"))}
        if bad:
            faults.update({row: bad[unit] for row, unit in enumerate(units) if unit in bad})

    def _judge_profiles(
        self, said: Sequence[tuple[Any, ...]], known: dict[tuple[Any, ...], int], faults: Faults
    ) -> None:
        bad = {one: fault for one in set(said) if one not in known and (fault := self._fault_of(_Said(*one)))}
        if bad:
            faults.update({row: bad[one] for row, one in enumerate(said) if one in bad and row not in faults})

    def _fault_of(self, said: _Said) -> Fault | None:
        if is_given(said.callsign) and (fault := text_fault(said.callsign, "callsign")):
            return fault
        if is_given(said.sidc) and (fault := sidc_fault(said.sidc)):
            return fault
        if is_given(said.party) and (fault := self.terms.party_fault(said.party)):
            return fault
        label = self.terms.label_of(said.label)
        return label if isinstance(label, Fault) else None

    def _slots_of(self, units: Sequence[str], contingent: str, slots: dict[str, int], numbers: Numbers) -> I32:
        for unit in units if len(units) == 1 else set(units):
            if unit not in slots:
                slots[unit] = numbers.unit(Unit(contingent, unit))
        return np.fromiter(map(slots.__getitem__, units), _INT32, len(units))

    def _profiles_of(
        self,
        said: Sequence[tuple[Any, ...]],
        contingent: str,
        known: dict[tuple[Any, ...], int],
        numbers: Numbers,
        *,
        drones: bool,
    ) -> I32:
        for one in said if len(said) == 1 else set(said):
            if one not in known:
                callsign, sidc, platform, party, altitude_ref, label, count = _Said(*one)
                kept = self.terms.label_of(label)
                assert not isinstance(kept, Fault)
                profile = Profile(
                    callsign=callsign or None,
                    sidc=sidc or None,
                    platform=platform or ("uav" if drones else None),
                    party=party or MISSION_PARTY,
                    altitude_ref=altitude_ref or "hae",
                    marking=numbers.marking(Marking((contingent,), kept)),
                    strength=count if is_given(count) else None,
                )
                known[one] = numbers.profile(profile)
        return np.fromiter(map(known.__getitem__, said), _INT32, len(said))

    def _flags(self, lon: F64, lat: F64, observed_us: I64, received_us: int, *, drones: bool) -> U8:
        flags = np.full(len(lon), DRONE if drones else 0, np.uint8)
        flags[observed_us > received_us + FUTURE_US] |= FUTURE
        near = np.flatnonzero((np.abs(lon) < 0.001) & (np.abs(lat) < 0.001))
        for row in near.tolist():
            if not self.terms.in_area(float(lon[row]), float(lat[row])):
                flags[row] |= NULL_ISLAND
        return flags


def _numbers_in(known: Mapping[Any, int], values: Sequence[Any]) -> I32 | None:
    """Return the number of each value, or None if any has none yet."""
    try:
        return np.fromiter(map(known.__getitem__, values), _INT32, len(values))
    except KeyError:
        return None


def _numbers_of_rows(known: Mapping[tuple[Any, ...], int], columns: Sequence[Sequence[Any]]) -> I32 | None:
    """Return the number of each row of some columns, or None if any has none yet: mostly one column differs at most."""
    first = tuple(column[0] for column in columns)
    differing = [at for at, column in enumerate(columns) if column.count(first[at]) < len(column)]
    if len(differing) > 1:
        return _numbers_in(known, list(zip(*columns, strict=True)))
    at = differing[0] if differing else 0
    rows = {value: (*first[:at], value, *first[at + 1 :]) for value in set(columns[at])}
    if not known.keys() >= set(rows.values()):
        return None
    return _numbers_in({value: known[row] for value, row in rows.items()}, columns[at])


def _where_and_when(columns: Columns, faults: Faults) -> tuple[F64, F64, I64]:
    lon, lat = columns.numbers["lon"], columns.numbers["lat"]
    for name, values in (("lon", lon), ("lat", lat)):
        for row in np.flatnonzero((values == 0.0) & np.signbit(values)).tolist():
            faults[row] = coordinate_fault(-0.0, name) or faults[row]
    observed_us = parse_instants(columns.values["observed_at"])
    for row in np.flatnonzero(observed_us < 0).tolist():
        faults[row] = time_fault(int(observed_us[row]))
    return lon, lat, observed_us


def _floats(columns: Columns, name: str) -> F64:
    """The numbers of a column, NaN where none is given, and never -0.0."""
    column, numbers = columns.values[name], columns.numbers.get(name)
    if numbers is not None:
        return numbers + 0.0
    if column.count(UNSET) == len(column):
        return np.full(len(column), np.nan)
    return np.array([None if value is UNSET else value for value in column], np.float64) + 0.0


def _float(value: Any) -> F64:
    return np.array((value + 0.0 if is_given(value) else math.nan,), np.float64)


def _extra_numbers(extras: Sequence[bytes | None]) -> I32:
    given = np.array([extra is not None for extra in extras])
    return np.where(given, np.cumsum(given) - 1, -1).astype(np.int32)


_EMPTY = ReportBlock(
    slot=np.empty(0, np.int32),
    observed_us=np.empty(0, np.int64),
    lon_e7=np.empty(0, np.int32),
    lat_e7=np.empty(0, np.int32),
    altitude_m=np.empty(0, np.float64),
    accuracy_m=np.empty(0, np.float64),
    speed_m_s=np.empty(0, np.float64),
    course_deg=np.empty(0, np.float64),
    profile=np.empty(0, np.int32),
    flags=np.empty(0, np.uint8),
    extra=np.empty(0, np.int32),
)
