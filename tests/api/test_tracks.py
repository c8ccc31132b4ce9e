"""Tracks as they are now, where they have been, and the reports behind them."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.server import Server, serving

ARG_ONLY = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def units(client: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/api/v1/tracks{query}")
    assert answer.status_code == 200, answer.text
    return sorted(track["sources"][0]["unit"] for track in answer.json()["tracks"])


async def all_pages(client: httpx.AsyncClient, path: str, name: str) -> list[list[dict[str, Any]]]:
    """Follow ``next`` to the end."""
    pages = []
    following: str | None = path
    while following is not None:
        answer = (await client.get(following)).json()
        pages.append(answer[name])
        following = answer["next"]
    return pages


async def id_of(server: Server, client: httpx.AsyncClient, unit: str) -> str:
    tracks = (await client.get("/api/v1/tracks")).json()["tracks"]
    return str(next(track["id"] for track in tracks if track["sources"][0]["unit"] == unit))


async def test_a_pushed_position_is_a_track_with_its_history_and_report(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push(
            "positions",
            server.position(seconds=-60, accuracy_m=5, remarks="slow", report_id="a-1"),
            server.position(lon=33.21, altitude_m=120.5, callsign="Alpha", platform="vehicle"),
        )

        [track] = (await officer.get("/api/v1/tracks")).json()["tracks"]
        alone = (await officer.get(f"/api/v1/tracks/{track['id']}")).json()
        history = (await officer.get(f"/api/v1/tracks/{track['id']}/history")).json()
        report = (await officer.get(f"/api/v1/reports/{history['positions'][0]['id']}")).json()

        assert alone == track
        assert (track["lon"], track["callsign"], track["status"]) == (33.21, "Alpha", "live")
        assert track["sources"] == [{"contingent": "ARG", "unit": "p1"}]
        assert [p["lon"] for p in history["positions"]] == [33.2, 33.21]
        assert history["next"] is None
        assert (report["contingent"], report["feed"], report["track"]) == ("ARG", "positions", track["id"])
        assert report["original"] == {
            "unit": "p1", "observed_at": server.clock.text(-60), "lon": 33.2, "lat": 34.9, "accuracy_m": 5.0,
            "remarks": "slow", "report_id": "a-1",
            "label": {"classification": "unclassified", "releasable_to": ["MISSION"], "caveats": []},
        }  # fmt: skip


async def test_a_drones_own_fields_are_in_the_original(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        drone = server.position(operator_lon=33.0, operator_lat=34.0, serial="S1", party="north")
        await server.push("drones", drone)
        track = await id_of(server, officer, "p1")
        [position] = (await officer.get(f"/api/v1/tracks/{track}/history")).json()["positions"]

        original = (await officer.get(f"/api/v1/reports/{position['id']}")).json()["original"]

        assert position["flags"] == ["drone"]
        assert {name: value for name, value in original.items() if name != "label"} == drone


async def test_what_one_may_not_see_is_not_there(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        await server.push("positions", server.position("open"), server.position("kept", label=ARG_ONLY))
        kept = await id_of(server, own, "kept")
        [report] = (await own.get(f"/api/v1/tracks/{kept}/history")).json()["positions"]

        assert await units(own) == ["kept", "open"]
        assert await units(other) == ["open"]
        assert (await own.get(f"/api/v1/reports/{report['id']}")).status_code == 200
        for path in (f"tracks/{kept}", f"tracks/{kept}/history", f"reports/{report['id']}"):
            hidden = await other.get(f"/api/v1/{path}")
            absent = await other.get("/api/v1/tracks/t_" + "a" * 24)
            assert hidden.status_code == absent.status_code == 404
            assert hidden.content == absent.content
            assert hidden.headers == absent.headers


async def test_a_page_is_cut_after_what_is_hidden_is_left_out(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader("ARG") as own, server.reader("GBR") as other:
        rows = [server.position(seconds=s, label=ARG_ONLY if s % 3 else None) for s in range(-30, 0)]
        await server.push("positions", *[{k: v for k, v in row.items() if v is not None} for row in rows])
        track = await id_of(server, other, "p1")

        seen = await all_pages(other, f"/api/v1/tracks/{track}/history?limit=4", "positions")
        whole = await all_pages(own, f"/api/v1/tracks/{track}/history?limit=7", "positions")

        assert [len(page) for page in seen] == [4, 4, 2]
        assert [len(page) for page in whole] == [7, 7, 7, 7, 2]
        told = [position["observed_at"] for page in whole for position in page]
        assert told == [server.clock.text(s) for s in range(-30, 0)]
        shown = [position["observed_at"] for page in seen for position in page]
        assert shown == [server.clock.text(s) for s in range(-30, 0, 3)]


async def test_pages_of_tracks_hold_each_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push("positions", *(server.position(f"u{n}") for n in range(23)))

        pages = await all_pages(officer, "/api/v1/tracks?limit=5&status=live", "tracks")

        assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
        ids = [track["id"] for page in pages for track in page]
        assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["east", "old", "west"]),
        ("?bbox=33.4,34,33.8,36", ["east"]),
        ("?bbox=179,34,33.5,36", ["old", "west"]),
        ("?party=north", ["west"]),
        ("?party=mission", ["east", "old"]),
        ("?status=stale", ["old"]),
        ("?status=live&limit=10000", ["east", "west"]),
        ("?from=2026-09-23T11:59:00Z", ["east", "west"]),
        ("?from=2026-09-23T14:59:00+03:00", ["east", "west"]),
        ("?to=2026-09-23T11:59:00%2B00:00", ["old"]),
        ("?feature=west", ["old", "west"]),
    ],
)
async def test_filters_narrow_the_tracks(tmp_path: Path, query: str, expected: list[str]) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        await server.push(
            "positions",
            server.position("west", party="north"),
            server.position("east", lon=33.6),
            server.position("old", seconds=-600),
        )

        assert await units(officer, query) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,nan", "bbox"),
        ("bbox=1,3,2,2", "bbox"),
        ("bbox=-181,3,2,2", "bbox"),
        ("from=yesterday", "from"),
        ("to=2026-09-23T12:00:00", "to"),
        ("status=gone", "status"),
        ("limit=0", "limit"),
        ("limit=10001", "limit"),
        ("limit=many", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=WzFd", "cursor"),
        ("cursor=WyJcdWQ4MDAiXQ", "cursor"),
        ("feature=nowhere", "feature"),
        ("sort=lon", "sort"),
    ],
)
async def test_a_filter_that_cannot_be_read_is_named(tmp_path: Path, query: str, field: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.get(f"/api/v1/tracks?{query}")

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["field"]) == ("bad_parameter", field)


async def test_a_filter_that_stands_twice_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        answer = await officer.get("/api/v1/tracks?party=north&party=south")

        assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")


@pytest.mark.parametrize("path", ["tracks/t_", "tracks/x", "tracks/t_" + "7" * 24, "reports/r_1", "reports/%00"])
async def test_made_up_ids_are_not_found(tmp_path: Path, path: str) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        assert (await officer.get(f"/api/v1/{path}")).status_code == 404
