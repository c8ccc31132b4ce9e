"""A PMTiles file of one vector tile, written by hand from its specifications: PMTiles 3, Mapbox Vector Tile 2."""

import gzip
import json
from pathlib import Path

HEADER = 127
EXTENT = 4096


def written(path: Path, *, tile_type: int = 1, **layers: dict[str, list[tuple[int, int]]]) -> Path:
    """Write a file whose one tile covers the world. A layer maps kinds to rings, in 1/4096 of the tile's side."""
    tile = gzip.compress(b"".join(_field(3, _layer(name, kinds)) for name, kinds in layers.items()))
    directory = gzip.compress(_varint(1) + _varint(0) + _varint(1) + _varint(len(tile)) + _varint(1))
    names = [{"id": name, "fields": {"kind": "String"}} for name in layers]
    metadata = gzip.compress(json.dumps({"vector_layers": names}).encode())
    at_metadata = HEADER + len(directory)
    at_tiles = at_metadata + len(metadata)
    head = b"PMTiles\x03"
    for number in (HEADER, len(directory), at_metadata, len(metadata), at_tiles, 0, at_tiles, len(tile), 1, 1, 1):
        head += number.to_bytes(8, "little")
    head += bytes((1, 2, 2, tile_type, 0, 0))  # clustered, gzip twice, what the tiles are, zooms 0 to 0
    for degrees in (-180.0, -85.0, 180.0, 85.0):
        head += round(degrees * 1e7).to_bytes(4, "little", signed=True)
    head += bytes((0,)) + bytes(8)
    assert len(head) == HEADER
    path.write_bytes(head + directory + metadata + tile)
    return path


def _layer(name: str, kinds: dict[str, list[tuple[int, int]]]) -> bytes:
    features = b"".join(_field(2, _polygon(number, ring)) for number, ring in enumerate(kinds.values()))
    values = b"".join(_field(4, _field(1, kind.encode())) for kind in kinds)
    return _number(15, 2) + _field(1, name.encode()) + features + _field(3, b"kind") + values + _number(5, EXTENT)


def _polygon(value: int, ring: list[tuple[int, int]]) -> bytes:
    commands, (x, y) = [9], (0, 0)
    for at, (to_x, to_y) in enumerate(ring):
        if at == 1:
            commands.append((len(ring) - 1) << 3 | 2)
        commands += [_zigzag(to_x - x), _zigzag(to_y - y)]
        x, y = to_x, to_y
    commands.append(15)
    geometry = b"".join(map(_varint, commands))
    return _field(2, _varint(0) + _varint(value)) + _number(3, 3) + _field(4, geometry)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))
