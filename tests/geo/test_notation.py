"""GeoJSON geometries as coordinates, and what is refused."""

from typing import Any

import pytest

from app.geo.notation import GeometryError, line_parts, point, polygon_rings

RING = [[0, 0], [1, 0], [1, 1.5, 20], [0, 0]]
READ = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.5), (0.0, 0.0)]


def test_single_and_multiple_geometries_read_alike() -> None:
    assert line_parts({"type": "LineString", "coordinates": RING}) == [READ]
    assert line_parts({"type": "MultiLineString", "coordinates": [RING, RING]}) == [READ, READ]
    assert polygon_rings({"type": "Polygon", "coordinates": [RING]}) == [[READ]]
    assert polygon_rings({"type": "MultiPolygon", "coordinates": [[RING], [RING, RING]]}) == [[READ], [READ, READ]]
    assert point({"type": "Point", "coordinates": [33.5, 35]}) == (33.5, 35.0)


@pytest.mark.parametrize(
    "coordinates",
    [None, [], 5, "ab", [[0, 0]], [[0, 0], [1]], [[0, 0], [1, "2"]], [[0, 0], [True, 2]], [[0, 0], [0, 91]],
     [[0, 0], [float("nan"), 0]], [[0, 0], [float("inf"), 0]], [[0, 0], None], [[0, 0], {"lon": 1}]],
)  # fmt: skip
def test_what_is_no_line_is_refused(coordinates: Any) -> None:
    with pytest.raises(GeometryError):
        line_parts({"type": "LineString", "coordinates": coordinates})


@pytest.mark.parametrize("read", [line_parts, polygon_rings, point])
@pytest.mark.parametrize("geometry", [{}, {"type": None}, {"type": "GeometryCollection", "geometries": []}])
def test_another_geometry_is_refused(read: Any, geometry: dict[str, Any]) -> None:
    with pytest.raises(GeometryError, match="expected"):
        read(geometry)


def test_a_ring_of_three_positions_is_refused() -> None:
    with pytest.raises(GeometryError, match="at least 4 positions, not 3"):
        polygon_rings({"type": "Polygon", "coordinates": [RING[:3]]})
