"""The mission's own base map: described, read in ranges by who has logged in, refused at the start if it is none."""

from pathlib import Path

import pytest

from app.api.basemap import NotTiles, read_head
from app.settings import Settings
from tests.api.server import serving
from tests.tiles import written

SQUARE = [(0, 0), (4096, 0), (4096, 4096), (0, 4096)]


async def test_without_one_there_is_none(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, server.reader() as officer:
        assert (await officer.get("/api/v1/basemap")).json() == {"basemap": None}
        assert (await officer.get("/api/v1/basemap/tiles")).status_code == 404


async def test_it_is_described_and_read_in_ranges(tmp_path: Path) -> None:
    path = written(tmp_path / "mission.pmtiles", earth={"earth": SQUARE})
    async with serving(tmp_path / "data", Settings(basemap=path)) as server, server.reader() as officer:
        described = (await officer.get("/api/v1/basemap")).json()["basemap"]
        part = await officer.get(described["url"], headers={"Range": "bytes=0-6"})

    assert described | {"url": ""} == {
        "url": "", "tiles": "vector", "min_zoom": 0, "max_zoom": 0, "bounds": [-180, -85, 180, 85],
    }  # fmt: skip
    assert (part.status_code, part.content) == (206, b"PMTiles")


async def test_only_who_has_logged_in_may_have_it(tmp_path: Path) -> None:
    path = written(tmp_path / "mission.pmtiles", earth={"earth": SQUARE})
    async with serving(tmp_path / "data", Settings(basemap=path)) as server, server.client() as nobody:
        assert (await nobody.get("/api/v1/basemap")).status_code == 401
        assert (await nobody.get("/api/v1/basemap/tiles")).status_code == 401


@pytest.mark.parametrize("content", [b"", b"PMTiles\x02" + bytes(200), b"<html>" * 40])
def test_another_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pmtiles"
    path.write_bytes(content)

    with pytest.raises(NotTiles, match=r"x\.pmtiles is not a PMTiles file"):
        read_head(path)


def test_tiles_that_no_browser_draws_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotTiles, match="neither vector tiles nor pictures"):
        read_head(written(tmp_path / "x.pmtiles", tile_type=0))
