"""The mission's own base map: one PMTiles file, which browsers read in ranges."""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends
from starlette.responses import FileResponse, Response

from app.api.deps import Ctx, Json, Who
from app.api.documents import BasemapAnswer, TileFrame
from app.api.reference import answers
from app.model.problems import Problem

router = APIRouter(prefix="/api/v1/basemap", tags=["basemap"])

_HEADER = 127
_VERSION = 3
_TILES: dict[int, Literal["vector", "raster"]] = {1: "vector", 2: "raster", 3: "raster", 4: "raster", 5: "raster"}
_MEDIA = "application/vnd.pmtiles"


class NotTiles(OSError):
    """The base map that was named is not one that a browser can draw."""


class TileFile(NamedTuple):
    """What the head of a PMTiles file says of it. ``bounds`` is west, south, east, north in degrees."""

    path: Path
    tiles: Literal["vector", "raster"]
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]


def read_head(path: Path) -> TileFile:
    """Read the header of a PMTiles file, version 3 (section 3 of its specification).

    Raises:
        OSError: it cannot be read.
        NotTiles: it is no such file, or its tiles are of a kind that no browser draws.
    """
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER or not head.startswith(b"PMTiles") or head[7] != _VERSION:
        raise NotTiles(f"{path} is not a PMTiles file of version 3")
    tiles = _TILES.get(head[99])
    if tiles is None:
        raise NotTiles(f"{path} holds neither vector tiles nor pictures")
    west, south, east, north = (
        int.from_bytes(head[at : at + 4], "little", signed=True) / 1e7 for at in range(102, 118, 4)
    )
    return TileFile(path, tiles, head[100], head[101], (west, south, east, north))


async def tile_file(context: Ctx, _: Who) -> TileFile | None:
    """Return the mission's tile file, or None where it has none. Whoever has logged in may have it."""
    path = context.settings.basemap
    return None if path is None else read_head(path)


Tiles = Annotated[TileFile | None, Depends(tile_file)]


@router.get("", responses=answers(BasemapAnswer))
async def basemap(tiles: Tiles) -> Response:
    """What to draw beneath the picture, over the built-in land."""
    if tiles is None:
        return Json(BasemapAnswer(None))
    frame = TileFrame("/api/v1/basemap/tiles", tiles.tiles, tiles.min_zoom, tiles.max_zoom, tiles.bounds)
    return Json(BasemapAnswer(frame))


@router.get("/tiles", responses={200: {"content": {_MEDIA: {}}}, 206: {"content": {_MEDIA: {}}}})
async def tiles_in_range(tiles: Tiles) -> Response:
    """The PMTiles file itself: ask for the ranges that you need."""
    if tiles is None:
        raise Problem("not_found")
    return FileResponse(tiles.path, media_type=_MEDIA, headers={"Cache-Control": "private, max-age=3600"})
