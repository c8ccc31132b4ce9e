"""What a client asks for: its first message and each change of view. Knows no reader and no picture."""

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from app.live.frames import LAYERS, ClientFrame, Layer, Subscribe
from app.model.report import E7, I32

BBox = tuple[float, float, float, float]
MESSAGE_BYTES = 4096
"""A client's message is no longer than this."""
_DECODER: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


class BadMessage(Exception):
    """A client's message that is none of ours. Its text says what was expected and repeats nothing."""


class View(NamedTuple):
    """Which layers, and within which box (west, south, east, north); west > east crosses the antimeridian.

    ``columns``: tracks of which only the motion changed come as ``frames.Moves``.
    """

    layers: frozenset[Layer]
    bbox: BBox | None
    columns: bool = False


def read(text: str | bytes) -> ClientFrame:
    """Decode one message of a client.

    Raises:
        BadMessage: too long, not JSON, of no known type, or with a field that is missing, unknown or out of bounds.
    """
    if len(text) > MESSAGE_BYTES:
        raise BadMessage(f"a message has at most {MESSAGE_BYTES} bytes")
    try:
        message = _DECODER.decode(text)
    except (msgspec.ValidationError, UnicodeEncodeError):
        raise BadMessage(
            'expected {"type": "subscribe", "layers": […], "bbox": [w, s, e, n] or null, "resume": {…} or null}'
        ) from None
    except (msgspec.DecodeError, RecursionError):
        raise BadMessage("not JSON") from None
    if isinstance(message, Subscribe) and message.bbox is not None:
        west, south, east, north = message.bbox
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
            raise BadMessage("bbox is west, south, east, north in degrees")
    return message


def view_of(message: Subscribe, columns: bool = False) -> View:
    """Return the view a subscription asks for."""
    return View(frozenset(layer for layer in LAYERS if layer in message.layers), message.bbox, columns)


def inside(bbox: BBox | None, lon_e7: I32, lat_e7: I32) -> npt.NDArray[np.bool_]:
    """Return which points, in whole 1e-7 degrees, lie in the box or on its edge."""
    if bbox is None:
        return np.ones(len(lon_e7), np.bool_)
    west, south, east, north = (round(degrees * E7) for degrees in bbox)
    in_lat = (lat_e7 >= south) & (lat_e7 <= north)
    if west <= east:
        return in_lat & (lon_e7 >= west) & (lon_e7 <= east)
    return in_lat & ((lon_e7 >= west) | (lon_e7 <= east))
