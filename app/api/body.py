"""Bodies of requests, counted as they arrive and inflated under a cap. Knows no JSON beyond its first byte."""

import asyncio
import zlib

from starlette.types import Message, Receive

from app.feeds.bodies import MAX_BATCH_BYTES, MAX_ITEM_BYTES
from app.model.problems import Problem

IN_FLIGHT_BYTES = 64_000_000
"""Bodies in memory at one time, of all requests together."""
MAX_RATIO = 100
"""A body that inflates to more than this many times its size is a bomb, not a batch."""
DRAINED_BYTES = 20_000_000
DRAINED_S = 2.0
"""So much of a refused body is read and dropped, for so long, before the answer closes the connection."""
_SLICE = 256 * 1024
_RETRY_S = 2


class Disconnected(Exception):
    """The sender went away before the body was whole: there is nobody to answer."""


class Budget:
    """Bytes of bodies that may be held at one time."""

    def __init__(self, most: int = IN_FLIGHT_BYTES) -> None:
        self._left = most

    def take(self, size: int) -> None:
        """Take ``size`` bytes; negative gives back.

        Raises:
            Problem: ``unavailable``: too much is held already.
        """
        if size > self._left:
            raise Problem("unavailable", "Too many large bodies at once.", retry_s=_RETRY_S)
        self._left -= size


class Hold:
    """What one body holds of a budget, until the end of a ``with``."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.size = 0

    def __enter__(self) -> "Hold":
        return self

    def __exit__(self, *_error: object) -> None:
        self._budget.take(-self.size)

    def grow(self, size: int) -> None:
        """Hold ``size`` bytes more. Raises as ``Budget.take``."""
        self._budget.take(size)
        self.size += size


async def read_body(receive: Receive, encoding: bytes, lines: bool, hold: Hold) -> bytes:
    """Return the whole body, inflated. ``encoding`` is the Content-Encoding, ``lines`` whether it is NDJSON.

    Raises:
        Disconnected: the sender went away.
        Problem: ``too_large``, ``unavailable``, ``unsupported_encoding``, or ``not_json`` for what is no gzip.
    """
    more = True

    async def receive_on() -> Message:
        nonlocal more
        message = await receive()
        more = message.get("more_body", False)
        return message

    try:
        if encoding in (b"", b"identity"):
            return await _plain(receive_on, lines, hold)
        if encoding in (b"gzip", b"x-gzip"):
            return await _gunzipped(receive_on, lines, hold)
        raise Problem("unsupported_encoding")
    except Problem:
        if more:
            await _drain(receive)
        raise


async def _drain(receive: Receive) -> None:
    """Let a refused body run out for a while: a sender who is cut off amid it never reads why it was refused."""
    left = DRAINED_BYTES
    try:
        async with asyncio.timeout(DRAINED_S):
            while left > 0:
                message = await receive()
                left -= len(_chunk(message))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


async def _plain(receive: Receive, lines: bool, hold: Hold) -> bytes:
    message = await receive()
    chunk = _chunk(message)
    hold.grow(len(chunk))
    if not message.get("more_body", False):
        if len(chunk) > MAX_ITEM_BYTES:
            _check(chunk, len(chunk), lines)
        return chunk
    chunks = [chunk]
    while True:
        _check(chunks[0], hold.size, lines)
        if not message.get("more_body", False):
            return b"".join(chunks)
        message = await receive()
        chunk = _chunk(message)
        hold.grow(len(chunk))
        chunks.append(chunk)


async def _gunzipped(receive: Receive, lines: bool, hold: Hold) -> bytes:
    inflater = zlib.decompressobj(wbits=31)
    found = bytearray()
    received = 0
    more = True
    while more:
        message = await receive()
        chunk = _chunk(message)
        more = message.get("more_body", False)
        received += len(chunk)
        while chunk and not inflater.eof:
            try:
                part = inflater.decompress(chunk, _SLICE)
            except zlib.error:
                raise Problem("not_json", "The body is not the gzip it claims to be.") from None
            hold.grow(len(part))
            found += part
            _check(bytes(found[:64]), len(found), lines)
            if len(found) > MAX_ITEM_BYTES and len(found) > MAX_RATIO * received:
                raise Problem("too_large")
            chunk = inflater.unconsumed_tail
            await asyncio.sleep(0)  # inflating a large body must not hold up the loop
    if not inflater.eof or inflater.unused_data:
        raise Problem("not_json", "The body is not the gzip it claims to be.")
    return bytes(found)


def _chunk(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise Disconnected
    chunk: bytes = message.get("body", b"")
    return chunk


def _check(begin: bytes, size: int, lines: bool) -> None:
    """Raise Problem ``too_large`` if a body that begins so may not be that long: one object less than a batch."""
    single = not lines and begin.lstrip()[:1] == b"{"
    if size > (MAX_ITEM_BYTES if single else MAX_BATCH_BYTES):
        raise Problem("too_large")
