"""The contract, sentence by sentence, as a stranger's programs would try it: one real server, and only its public face.

Sections: 1 commands, 2 mission file, 3 pushing, 4 reading, 5 violations. The others are in ``test_what_is_told``.
"""

import copy
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contracts.place import (
    MISSION,
    Place,
    counts,
    fresh,
    incident,
    is_problem,
    position,
    written,
)
from tests.scenarios.server import cop, eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")
TRACK = {
    "id", "sources", "party", "affiliation", "platform", "sidc", "callsign", "lon", "lat", "altitude_m", "course_deg",
    "speed_m_s", "accuracy_m", "observed_at", "received_at", "status", "flags", "members",
}  # fmt: skip
VIOLATION = {
    "id", "rule", "rule_id", "feature", "track", "party", "units", "status", "late", "nominal", "severity", "direction",
    "lon", "lat", "observed_at", "confirmed_at", "ended_at", "duration_s", "depth_m", "confidence", "evidence",
    "assessment", "revision",
}  # fmt: skip
LINES = {"content-type": "application/x-ndjson"}
JSON = {"content-type": "application/json"}


async def test_1_a_mission_check_names_every_fault_by_feature(tmp_path: Path) -> None:
    faulty = copy.deepcopy(MISSION)
    sound = faulty["features"][0]
    for name, change in (
        ("no-kind", {"kind": "river"}),
        ("no-party", {"rules": [{"rule": "line_crossing", "id": "x", "parties": ["west"]}]}),
        ("no-side", {"left": None}),
        ("no-instant", {"valid_from": "yesterday"}),
    ):
        faulty["features"].append(sound | {"id": name, "properties": sound["properties"] | change})
    with pytest.raises(AssertionError) as refused:
        await cop("mission", "check", written(tmp_path, faulty))
    assert all(name in str(refused.value) for name in ("no-kind", "no-party", "no-side", "no-instant"))

    assert await cop("mission", "check", written(tmp_path, MISSION))
    assert await cop("mission", "check", written(tmp_path, MISSION | {"features": []}))


async def test_1_a_key_alone_is_printed_and_good_at_once(place: Place) -> None:
    made = ("--data", place.server.folder, "--contingent", "ARG", "--name", "n")
    printed = await cop("key", "create", *made, "--role", "integration", "--scopes", "write")

    assert len(printed.split()) == 1
    async with place.server.client(printed.strip()) as client:
        assert counts(await client.post("/api/v1/positions", json=position(fresh("u")))) == (1, 0, [])
        is_problem(await client.get("/api/v1/tracks"), 403)


async def test_1_a_replay_equals_what_was_raised_and_a_backup_restores_equal(place: Place, tmp_path: Path) -> None:
    def compared(violation: dict[str, Any]) -> list[Any]:
        names = ("rule_id", "feature", "units", "direction", "status", "lon", "lat", "observed_at", "confirmed_at",
                 "ended_at", "depth_m")  # fmt: skip
        return [violation[name] for name in names]

    made = await place.violation()
    raised = (await place.device.get("/api/v1/violations")).json()["violations"]
    replayed = await place.server.replayed()
    assert made["id"] in {one["id"] for one in raised}
    assert sorted(map(compared, replayed), key=str) == sorted(map(compared, raised), key=str)

    await cop("backup", tmp_path / "copy", "--data", place.server.folder)
    await cop("restore", tmp_path / "copy", "--data", tmp_path / "again")
    again = await cop("replay", "--data", tmp_path / "again")
    assert [json.loads(line) for line in again.splitlines()] == replayed


async def test_2_a_mission_is_replaced_while_running(place: Place) -> None:
    more = copy.deepcopy(MISSION)
    wide = {"type": "LineString", "coordinates": [[179.5, 0], [-179.5, 0]]}
    more["features"].append(more["features"][0] | {"id": "antimeridian", "geometry": wide})

    is_problem(await place.device.put("/api/v1/mission", json=more), 403)
    is_problem(await place.officer.put("/api/v1/mission", json=more | {"mission": {}}), 422)
    assert (await place.officer.put("/api/v1/mission", json=more)).status_code == 200

    shown = (await place.device.get("/api/v1/features")).json()["features"]
    assert {one["id"] for one in shown} == {"cfl-north", "antimeridian"}


async def test_3_one_object_an_array_and_ndjson_are_taken(place: Place) -> None:
    units = [fresh("p") for _ in range(5)]
    post = place.device.post
    one, two, three, four, five = map(position, units)

    assert counts(await post("/api/v1/positions", json=one)) == (1, 0, [])
    assert counts(await post("/api/v1/positions", json=[two, one, two])) == (1, 2, [])
    assert counts(await post("/api/v1/positions", json=[])) == (0, 0, [])
    lines = "\n".join([json.dumps(three), "{nope", json.dumps(four), ""])
    assert counts(await post("/api/v1/positions", content=lines, headers=LINES)) == (2, 0, [(1, "bad_json")])
    packed = gzip.compress(json.dumps(five).encode())
    assert counts(
        await post("/api/v1/positions", content=packed, headers=JSON | {"content-encoding": "gzip"})
    ) == (1, 0, [])  # fmt: skip


async def test_3_good_items_are_taken_and_bad_ones_are_in_quarantine(place: Place) -> None:
    good, bad = position(fresh("q")), position(fresh("q"), wibble=1)

    mixed = await place.device.post("/api/v1/positions", json=[bad, good])
    only = await place.device.post("/api/v1/positions", json=[bad])

    assert counts(mixed) == (1, 0, [(0, "unknown_field")])
    is_problem(only, 422)
    assert [(one["index"], one["code"]) for one in only.json()["rejected"]] == [(0, "unknown_field")]
    assert "wibble" in only.json()["rejected"][0]["detail"]
    kept = (await place.device.get("/api/v1/quarantine?limit=1")).json()["quarantine"][0]
    assert json.loads(kept["item"]) == bad
    assert (await place.other.get("/api/v1/quarantine")).json()["quarantine"] == []


async def test_3_a_dry_run_keeps_nothing(place: Place) -> None:
    one = position(fresh("dry"))

    for _ in range(2):
        assert counts(await place.device.post("/api/v1/positions?dry_run=1", json=[one])) == (1, 0, [])
    assert counts(await place.device.post("/api/v1/positions", json=[one])) == (1, 0, [])


async def test_3_a_key_is_used_once_for_positions_and_drones(place: Place) -> None:
    post, unit = place.device.post, fresh("k")
    first = position(unit, report_id="a")

    assert counts(await post("/api/v1/positions", json=first)) == (1, 0, [])
    assert counts(await post("/api/v1/drones", json=first)) == (0, 1, [])
    is_problem(await post("/api/v1/drones", json=first | {"lat": 34.8}), 422)
    is_problem(await post("/api/v1/positions", json=position(unit, 9, report_id="a")), 422)
    assert counts(await place.other.post("/api/v1/positions", json=first | {"lat": 34.8})) == (1, 0, [])
    conflicts = (await place.device.get("/api/v1/quarantine?limit=2")).json()["quarantine"]
    assert [one["code"] for one in conflicts] == ["conflict", "conflict"]


async def test_3_an_incident_told_again_is_amended_and_every_version_is_kept(place: Place) -> None:
    post, name = place.device.post, fresh("i")
    first = incident(name)

    assert counts(await post("/api/v1/incidents", json=first)) == (1, 0, [])
    assert counts(await post("/api/v1/incidents", json=first | {"title": "More shots"})) == (1, 0, [])
    assert counts(await post("/api/v1/incidents", json=first)) == (0, 1, [])
    await place.server.judged()
    [shown] = [one for one in (await place.officer.get("/api/v1/incidents")).json()["incidents"]
               if one["incident"] == name]  # fmt: skip
    versions = (await place.officer.get(f"/api/v1/incidents/{shown['id']}")).json()["versions"]
    assert shown["title"] == "More shots"
    assert [one["title"] for one in versions] == ["Shots", "More shots"]


async def test_3_the_future_null_island_and_the_late_move_no_track(place: Place) -> None:
    unit, nowhere = fresh("o"), fresh("o")
    late = position(unit, 120, lat=34.7)
    await place.push("positions", position(unit, 2), position(unit, -400, lat=34.6), late)
    await place.push("positions", position(nowhere, lon=0.0005, lat=-0.0005))

    track = await place.find(place.officer, unit)
    assert track is not None
    assert (track["lat"], track["status"]) == (34.9, "live")
    history = (await place.officer.get(f"/api/v1/tracks/{track['id']}/history")).json()
    assert [(one["lat"], "future" in one["flags"]) for one in history["positions"]] == [
        (34.7, False), (34.9, False), (34.6, True),
    ]  # fmt: skip
    assert await place.find(place.officer, nowhere) is None


def chunks(size: int) -> Iterator[bytes]:
    yield b"["
    for _ in range(size // 50_000):
        yield b" " * 50_000


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (400, b"{", JSON),
        (400, b'{"unit": "u", "observed_at": "2026-01-01T00:00:00Z", "lon": NaN, "lat": 1}', JSON),
        (400, b"[" * 100_000, JSON),
        (422, b'{"unit": "u", "observed_at": "2026-01-01T00:00:00", "lon": 1, "lat": 1}', JSON),
        (422, b'{"unit": "u", "observed_at": "2026-01-01T00:00:00Z", "lon": "12", "lat": 1}', JSON),
        (422, b'{"unit": "u", "unit": "v", "observed_at": "2026-01-01T00:00:00Z", "lon": 1, "lat": 1}', JSON),
        (422, b'{"unit": "\\ud800", "observed_at": "2026-01-01T00:00:00Z", "lon": 1, "lat": 1}', JSON),
        (422, b"{nope", LINES),
        (413, b"[" + b"{}," * 10_000 + b"{}]", JSON),
        (413, b'{"remarks": "' + b"x" * 1_000_000 + b'"}', JSON),
        (413, gzip.compress(b" " * 11_000_000), JSON | {"content-encoding": "gzip"}),
        (415, b"[]", {"content-type": "text/plain"}),
        (415, b"[]", JSON | {"content-encoding": "br"}),
    ],
)
async def test_3_what_is_wrong_is_a_problem(place: Place, status: int, body: bytes, headers: dict[str, str]) -> None:
    is_problem(await place.device.post("/api/v1/positions", content=body, headers=headers), status)


async def test_3_bytes_are_counted_and_keys_are_asked(place: Place) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for chunk in chunks(11_000_000):
            yield chunk

    is_problem(await place.device.post("/api/v1/positions", content=endless(), headers=JSON), 413)
    is_problem(await place.officer.post("/api/v1/positions", json=[]), 403)
    async with place.server.client("cop_nobody_nothing") as nobody:
        is_problem(await nobody.post("/api/v1/positions", json=[]), 401)
    for call in ("sightings", "feeds/cot", "movements"):  # whatever of it is there
        assert (await place.device.post(f"/api/v1/{call}", json=[])).status_code < 500


async def test_4_a_track_has_its_fields_history_and_reports(place: Place) -> None:
    unit = fresh("t")
    sent = position(unit, 1, platform="vehicle", callsign="Alpha", speed_m_s=3, course_deg=90, accuracy_m=5)
    await place.push("positions", sent)

    track = await place.find(place.officer, unit)
    assert track is not None
    assert set(track) >= TRACK
    assert track["sources"] == track["members"] == [{"contingent": "ARG", "unit": unit}]
    assert (track["party"], track["platform"], track["callsign"], track["speed_m_s"]) == (
        "mission", "vehicle", "Alpha", 3,
    )  # fmt: skip
    assert (await place.officer.get(f"/api/v1/tracks/{track['id']}")).json()["id"] == track["id"]
    [kept] = (await place.officer.get(f"/api/v1/tracks/{track['id']}/history")).json()["positions"]
    report = (await place.officer.get(f"/api/v1/reports/{kept['id']}")).json()
    original = report["original"]
    assert datetime.fromisoformat(original.pop("observed_at")) == datetime.fromisoformat(sent.pop("observed_at"))
    assert original == sent | {"label": {"classification": "unclassified", "releasable_to": ["MISSION"], "caveats": []}}


@pytest.mark.parametrize(("seconds_ago", "platform", "status"), [
    (30, "uav", "live"), (90, "uav", "stale"), (700, "aircraft", "lost"), (90, "foot", "live"), (400, "foot", "stale"),
    (3700, "vehicle", "lost"), (3700, "static", "live"), (90_000, "static", "stale"), (270_000, "static", "lost"),
])  # fmt: skip
async def test_4_a_status_is_by_the_clock(place: Place, seconds_ago: int, platform: str, status: str) -> None:
    unit = fresh("s")
    await place.push("positions", position(unit, seconds_ago, platform=platform))

    async def judged() -> bool:
        track = await place.find(place.officer, unit)
        return track is not None and track["status"] == status

    await eventually(judged, 5)


async def test_4_lists_are_filtered_and_paged(place: Place) -> None:
    units = [fresh("list") for _ in range(3)]
    await place.push("positions", *(position(unit, lon=10, lat=50, party="south") for unit in units))
    get = place.officer.get

    found: list[str] = []
    following = "/api/v1/tracks?bbox=9,49,11,51&party=south&status=live&limit=2"
    while following:
        page = (await get(following)).json()
        assert len(page["tracks"]) <= 2
        found += [one["sources"][0]["unit"] for one in page["tracks"]]
        following = page["next"]
    assert sorted(found) == sorted(units)
    for path in ("tracks", "incidents", "violations", "features", "feeds"):
        assert set((await get(f"/api/v1/{path}")).json()) == {path, "next"}
        is_problem(await get(f"/api/v1/{path}?limit=10001"), 400)
    for wrong in ("bbox=1,2,3", "from=yesterday", "status=gone", "cursor=x", "unknown=1"):
        is_problem(await get(f"/api/v1/violations?{wrong}"), 400)
    picture = (await get("/api/v1/picture")).json()
    assert set(picture) >= {"tracks", "incidents", "violations", "features", "feeds"}


async def test_4_the_root_has_what_is_named(place: Place) -> None:
    async with httpx.AsyncClient(base_url=place.server.url) as anyone:
        for path in ("/healthz", "/readyz", "/openapi.json", "/docs"):
            assert (await anyone.get(path)).status_code == 200
        for path in ("/api/v1/tracks", "/api/v1/picture", "/metrics"):
            is_problem(await anyone.get(path), 401)
        is_problem(await anyone.get("/api/v1/nothing"), 404)
    is_problem(await place.officer.get("/metrics"), 403)
    assert (await place.officer.get("/ogc")).status_code < 500


async def test_4_a_session_is_a_cookie_named_cop_on_plain_loopback(place: Place) -> None:
    name = fresh("ana")
    password = await cop("user", "create", "--data", place.server.folder, "--name", name, "--role", "officer")
    async with httpx.AsyncClient(base_url=place.server.url) as browser:
        is_problem(await browser.post("/api/v1/session", json={"name": name, "password": "wrong"}), 401)
        answer = await browser.post("/api/v1/session", json={"name": name, "password": password.strip()})
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("cop=")
        assert "secure" not in cookie.casefold()
        assert "httponly" in cookie.casefold()
        assert (await browser.get("/api/v1/me")).json()["name"] == name
        foreign = {"origin": "http://elsewhere.example"}
        is_problem(await browser.delete("/api/v1/session", headers=foreign), 403)
        assert (await browser.delete("/api/v1/session")).status_code < 300
        is_problem(await browser.get("/api/v1/me"), 401)


async def test_5_a_crossing_is_a_violation_and_is_assessed(place: Place) -> None:
    made = await place.violation()

    assert set(made) >= VIOLATION
    assert (made["rule"], made["rule_id"], made["feature"], made["direction"]) == (
        "line_crossing", "r1", "cfl-north", "left_to_right",
    )  # fmt: skip
    assert (made["status"], made["severity"], made["party"], made["nominal"]) == ("confirmed", "high", "north", False)
    assert (made["lon"], made["lat"]) == pytest.approx((33.2, 35.0), abs=1e-4)
    assert made["depth_m"] == pytest.approx(1109.4, abs=2)
    path = f"/api/v1/violations/{made['id']}"
    judgement = {"state": "acknowledged", "note": "seen", "revision": made["revision"]}
    is_problem(await place.device.post(f"{path}/assessment", json=judgement), 403)
    assessed = (await place.officer.post(f"{path}/assessment", json=judgement)).json()
    assert assessed["assessment"]["state"] == "acknowledged"
    assert assessed["assessment"]["note"] == "seen"
    assert assessed["assessment"]["by"]
    assert assessed["revision"] == made["revision"] + 1
    is_problem(await place.officer.post(f"{path}/assessment", json=judgement), 409)
    assert (await place.device.get(path)).json()["revision"] == assessed["revision"]


async def test_5_the_way_back_ends_it(place: Place) -> None:
    unit = fresh("b")
    said = {"party": "north", "platform": "vehicle", "accuracy_m": 8}
    lats = ((121, 35.01), (61, 34.99), (1, 35.01))
    await place.push("positions", *(position(unit, at, **said, lat=lat) for at, lat in lats))

    made = await place.find(place.officer, unit, "violations")
    assert made is not None
    assert made["ended_at"] is not None
    assert made["duration_s"] == pytest.approx(60, abs=0.1)
