"""Metres and geodesics against GeographicLib, which shares no code with PROJ's Python or with us."""

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from app.geo.geodesy import SMALLEST_RADIUS_M, distance_m, geodesic_path, is_straight

WGS84 = Geodesic.WGS84
TURN = 3_600_000_000


def true_m(lon0: float, lat0: float, lon1: float, lat1: float) -> float:
    metres: float = WGS84.Inverse(lat0 / 1e7, lon0 / 1e7, lat1 / 1e7, lon1 / 1e7)["s12"]
    return metres


def off_geodesic_m(lon0: int, lat0: int, lon1: int, lat1: int, lon: float, lat: float) -> float:
    """Metres from a point to the geodesic between two others, by a few steps along it towards the nearest place."""
    line = WGS84.InverseLine(lat0 / 1e7, lon0 / 1e7, lat1 / 1e7, lon1 / 1e7)
    at = WGS84.Inverse(lat0 / 1e7, lon0 / 1e7, lat / 1e7, lon / 1e7)["s12"]
    for _ in range(4):
        on = line.Position(at, Geodesic.STANDARD)
        gap = WGS84.Inverse(on["lat2"], on["lon2"], lat / 1e7, lon / 1e7)
        turned = np.radians(gap["azi1"] - on["azi2"])
        at += gap["s12"] * np.cos(turned)
    return abs(float(gap["s12"] * np.sin(turned)))


def random_legs(seed: int, count: int, longest_m: float, highest: float) -> list[tuple[int, int, int, int]]:
    rng = np.random.default_rng(seed)
    legs = []
    for _ in range(count):
        lat, lon = rng.uniform(-highest, highest), rng.uniform(-180, 180)
        end = WGS84.Direct(lat, lon, rng.uniform(0, 360), 10 ** rng.uniform(0, np.log10(longest_m)))
        a, b, c, d = (round(float(part) * 1e7) for part in (lon, lat, end["lon2"], end["lat2"]))
        legs.append((a, b, c, d))
    return legs


def test_distances_agree_with_geographiclib_at_every_range_and_latitude() -> None:
    legs = random_legs(1, 800, 2e7, 89.9)
    metres = distance_m(*np.array(legs).T)

    for leg, measured in zip(legs, metres.tolist(), strict=True):
        assert measured == pytest.approx(true_m(*leg), rel=1e-4, abs=1e-4)


def test_a_distance_over_the_antimeridian_is_the_short_one() -> None:
    assert distance_m(1_799_999_000, 0, -1_799_999_000, 0)[0] == pytest.approx(22.26, abs=0.01)


def test_distances_take_narrow_integers_without_overflow() -> None:
    narrow = [np.array([value], np.int32) for value in (1_800_000_000, 0, -1_799_999_000, 0)]

    assert distance_m(*narrow)[0] == pytest.approx(11.13, abs=0.01)


def test_densified_legs_stay_within_5_cm_of_the_geodesic() -> None:
    for leg in random_legs(2, 40, 3e6, 85):
        path = geodesic_path(*leg)
        points = np.concatenate((path, (path[1:] + path[:-1]) / 2))
        rng = np.random.default_rng(leg[1] % 1000)
        for lon, lat in points[rng.integers(len(points), size=25)].tolist():
            assert off_geodesic_m(*leg, lon, lat) <= 0.05 + 0.008
        steps = distance_m(path[:-1, 0], path[:-1, 1], path[1:, 0], path[1:, 1])
        assert steps.max() <= 1000.1


def test_a_path_starts_and_ends_at_its_fixes_and_never_jumps() -> None:
    for leg in [
        *random_legs(3, 60, 1e7, 89.99),
        (1_799_000_000, 0, -1_799_000_000, 10),
        (0, 899_999_000, TURN // 2, 899_999_000),
    ]:
        path = geodesic_path(*leg)

        assert path[0].tolist() == [leg[0], leg[1]]
        assert ((path[-1] - (leg[2], leg[3])) % (TURN, TURN) == 0).all()
        assert np.abs(np.diff(path[:, 0])).max() <= TURN // 2


def test_a_short_leg_is_its_two_ends() -> None:
    assert geodesic_path(330_000_000, 350_000_000, 330_050_000, 350_050_000).tolist() == [
        [330_000_000, 350_000_000],
        [330_050_000, 350_050_000],
    ]


def test_a_leg_called_straight_has_no_point_in_between() -> None:
    legs = random_legs(4, 3000, 3000, 89.99)
    straight = is_straight(*np.array(legs).T)

    assert 500 < np.count_nonzero(straight) < 2900
    for leg, short in zip(legs, straight.tolist(), strict=True):
        if short:
            assert len(geodesic_path(*leg)) == 2


def test_no_distance_is_below_the_smallest_radius_times_the_angle() -> None:
    for lon0, lat0, lon1, lat1 in random_legs(5, 300, 2e7, 89.99):
        phi, psi = np.radians(lat0 / 1e7), np.radians(lat1 / 1e7)
        half = np.sin((phi - psi) / 2) ** 2 + np.cos(phi) * np.cos(psi) * np.sin(np.radians((lon1 - lon0) / 2e7)) ** 2
        angle = 2 * np.arcsin(np.sqrt(half))

        assert true_m(lon0, lat0, lon1, lat1) >= SMALLEST_RADIUS_M * angle * (1 - 1e-9)
