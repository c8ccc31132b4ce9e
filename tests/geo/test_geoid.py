"""Heights above ellipsoid, sea and ground, against what others have published of EGM96."""

import pytest

from app.geo.geoid import height_m, undulation_m

NGA = [
    (38.628155, 269.779155, -31.628),
    (-14.621217, 305.021114, -2.969),
    (46.874319, 102.448729, -43.575),
    (-23.617446, 133.874712, 15.871),
    (38.625473, 359.999500, 50.066),
    (-0.466744, 0.002300, 17.329),
]
"""Latitude, longitude, metres: the test values that came with the model's interpolation program."""
TIMBUKTU = (16 + 46 / 60 + 33 / 3600, -(3 + 34 / 3600), 28.7068)
"""GeographicLib's own example of GeoidEval, egm96-5."""


@pytest.mark.parametrize(("lat", "lon", "published_m"), [*NGA, TIMBUKTU])
def test_the_geoid_is_where_others_say(lat: float, lon: float, published_m: float) -> None:
    assert undulation_m(lon, lat) == pytest.approx(published_m, abs=0.2)


@pytest.mark.parametrize(("lat", "published_m"), [(90.0, 13.606), (-90.0, -29.534)])
@pytest.mark.parametrize("lon", [-180.0, 0.0, 77.7, 180.0])
def test_at_a_pole_every_longitude_says_the_same(lat: float, published_m: float, lon: float) -> None:
    assert undulation_m(lon, lat) == pytest.approx(published_m, abs=0.02)


def test_longitude_goes_round() -> None:
    for lon in (-180.0, -179.93, 12.34, 179.99):
        assert undulation_m(lon, 35.1) == pytest.approx(undulation_m(lon + 360.0, 35.1), abs=1e-6)
        assert undulation_m(lon, 35.1) == pytest.approx(undulation_m(lon - 360.0, 35.1), abs=1e-6)
    assert undulation_m(179.9999999, 10.0) == pytest.approx(undulation_m(-179.9999999, 10.0), abs=1e-3)


def test_sea_level_is_the_undulation_below_the_ellipsoidal_height_and_back() -> None:
    lat, lon, undulation = TIMBUKTU
    assert height_m(300.0, "hae", "msl", lon, lat) == pytest.approx(300.0 - undulation, abs=0.2)
    assert height_m(300.0, "msl", "hae", lon, lat) == pytest.approx(300.0 + undulation, abs=0.2)
    there = height_m(300.0, "hae", "msl", lon, lat)
    assert height_m(there, "msl", "hae", lon, lat) == pytest.approx(300.0)


def test_what_is_above_ground_is_known_above_ground_only() -> None:
    assert height_m(80.0, "agl", "agl", 33.0, 35.0) == 80.0
    for other in ("hae", "msl"):
        assert height_m(80.0, "agl", other, 33.0, 35.0) is None
        assert height_m(80.0, other, "agl", 33.0, 35.0) is None


def test_no_altitude_is_none_above_anything() -> None:
    assert height_m(None, "msl", "hae", 33.0, 35.0) is None
