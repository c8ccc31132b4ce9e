"""Tracks as they are now, where they have been, and the reports behind them."""

from pathlib import Path

from tests.api.server import serving


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
        assert report["original"] == {
            "unit": "p1", "observed_at": server.clock.text(-60), "lon": 33.2, "lat": 34.9, "accuracy_m": 5.0,
            "remarks": "slow", "report_id": "a-1",
            "label": {"classification": "unclassified", "releasable_to": ["MISSION"], "caveats": []},
        }  # fmt: skip
