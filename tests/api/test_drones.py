"""What only a drone's report has: who flies it from where and what it looks at, on the live track of who may see it."""

from pathlib import Path
from typing import Any

from tests.api.server import serving

FOOTPRINT = {"type": "Polygon", "coordinates": [[[33.2, 34.9], [33.21, 34.9], [33.21, 34.91], [33.2, 34.9]]]}
FLOWN: dict[str, Any] = {
    "operator_lon": 33.25, "operator_lat": 34.95, "serial": "XK-7",
    "sensor": {"heading_deg": 90.0, "fov_deg": 40.0, "footprint": FOOTPRINT},
}  # fmt: skip
ARG_ONLY = {"classification": "unclassified", "releasable_to": ["ARG"], "caveats": []}


async def test_the_track_tells_the_operator_and_what_the_sensor_sees(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("drones", server.position("eye", **FLOWN))

        (track,) = (await officer.get("/api/v1/tracks")).json()["tracks"]

    assert track["drone"] == FLOWN


async def test_it_is_what_the_newest_report_says_and_nothing_older(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("drones", server.position("eye", -20, **FLOWN))
        await server.push("drones", server.position("eye", -10, operator_lon=33.3, operator_lat=35.0))
        (second,) = (await officer.get("/api/v1/tracks")).json()["tracks"]
        await server.push("positions", server.position("eye"))
        (third,) = (await officer.get("/api/v1/tracks")).json()["tracks"]

    assert second["drone"] == {"operator_lon": 33.3, "operator_lat": 35.0, "serial": None, "sensor": None}
    assert third["drone"] is None


async def test_who_may_not_see_the_report_learns_nothing_of_its_operator(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push("drones", server.position("eye", -10, serial="open"))
        await server.push("drones", server.position("eye", label=ARG_ONLY, **FLOWN))

        (mine,) = (await own.get("/api/v1/tracks")).json()["tracks"]
        (theirs,) = (await other.get("/api/v1/tracks")).json()["tracks"]

    assert mine["drone"] == FLOWN
    assert theirs["drone"] == {"operator_lon": None, "operator_lat": None, "serial": "open", "sensor": None}
