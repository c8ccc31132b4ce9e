"""Makes ``app/geo/egm96.npz``, the geoid every 10 minutes of arc: ``python -m tools.make_geoid WHEEL``.

WHEEL is that of the package ``egm96`` 0.3.0 (PyPI, MIT; the model itself is of the U.S. Government, in the public
domain). It ships the whole EGM96 grid at 5', in centimetres, as second differences. Every other point of it is kept, in
the same coding: 1.5 cm off the whole grid (root mean square) and 0.5 m at the worst place, half of what EGM96 is good
for, at a third of the size. The package itself cannot be a dependency: it asks for a newer Python than we do.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent.parent / "app" / "geo" / "egm96.npz"
_MEMBER = "egm96/data/egm96-5.npz"


def main(wheel: str) -> None:
    """Write the table anew."""
    with zipfile.ZipFile(wheel) as archive, np.load(io.BytesIO(archive.read(_MEMBER))) as data:
        south_first = bool(data["latitudes"][0] == -90)
        west_first = bool(data["longitudes"][0] == -180 and data["longitudes"][-1] == 180)
        differences = data["undulation_d2"].astype(np.int64)
    if not (south_first and west_first and differences.shape == (2161, 4321)):
        raise SystemExit("not the grid that is known: from 90 S, from 180 W to 180 E, every 5'")
    centimetres = np.cumsum(np.cumsum(differences, axis=0), axis=1)[::2, ::2]
    coded = np.diff(np.diff(centimetres, axis=1, prepend=0), axis=0, prepend=0)
    np.savez_compressed(TARGET, second_differences_cm=coded.astype(np.int16))


if __name__ == "__main__":
    main(sys.argv[1])
