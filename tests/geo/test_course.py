"""Courses: where they lead, over the antimeridian too, and the same one by one as many at once."""

import numpy as np
from geographiclib.geodesic import Geodesic

from app.geo.course import course_at_end_deg, course_path, courses

E7 = 10_000_000


def test_a_course_leads_along_the_geodesic_in_pieces_of_ten_kilometres() -> None:
    path = course_path(330_000_000, 350_000_000, 40.0, 25_000.0)

    line = Geodesic.WGS84.Line(35.0, 33.0, 40.0)
    expected = [line.Position(25_000.0 * n / 3) for n in range(4)]
    assert np.abs(path - [(it["lon2"] * E7, it["lat2"] * E7) for it in expected]).max() <= 1


def test_one_course_is_what_it_is_among_many() -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.integers(-1_800_000_000, 1_800_000_000, 500), rng.integers(-850_000_000, 850_000_000, 500)
    deg, reach_m = rng.uniform(0, 360, 500), rng.uniform(0, 15_000, 500)

    course, start, end = courses(lon, lat, deg, reach_m)

    for n in range(500):
        path = course_path(int(lon[n]), int(lat[n]), float(deg[n]), float(reach_m[n]))
        of_it = np.concatenate((start[course == n][:1], end[course == n]))
        assert ((path - of_it)[:, 1] == 0).all()
        assert ((path - of_it)[:, 0] % (360 * E7) == 0).all()
        assert (np.abs(np.diff(path[:, 0])) < 180 * E7).all()


def test_a_leg_arrives_on_the_course_of_its_end() -> None:
    found = course_at_end_deg(
        np.array([0, 1_799_000_000]), np.array([600_000_000, 0]), np.array([100_000_000, -1_799_000_000]),
        np.array([600_000_000, 0]),
    )  # fmt: skip

    expected = [Geodesic.WGS84.Inverse(60.0, 0.0, 60.0, 10.0)["azi2"], 90.0]
    assert np.abs(found - expected).max() < 1e-6
