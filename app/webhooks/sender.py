"""One try of one delivery over HTTP, bounded in time and bytes. Decides nothing about trying again."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver

from app.webhooks.guard import REFUSED, AddressRefused, Guard, guarded_connector
from app.webhooks.retry import retry_after_s

TOTAL_S = 10.0
MOST_READ = 64 * 1024
SHOWN_BYTES = 512
"""How much of a refusal's body goes into the delivery log."""
USER_AGENT = "Accord-Hooks/1"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a try. ``code`` is the HTTP status, None without an answer; ``error`` is None when it was taken."""

    duration_us: int
    code: int | None = None
    error: str | None = None
    retry_after_s: float | None = None


class Sender:
    """Sends tries; to be entered and left as a context. Holds no cookies, follows no redirect, uses no proxy."""

    def __init__(
        self,
        guard: Guard,
        now_us: Callable[[], int],
        resolver: AbstractResolver | None = None,
        total_s: float = TOTAL_S,
    ) -> None:
        self._guard = guard
        self._now_us = now_us
        self._resolver = resolver
        self._total_s = total_s
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        resolver = self._resolver or aiohttp.ThreadedResolver()
        self._sessions = {scheme: self._session(resolver, plain=scheme == "http") for scheme in ("http", "https")}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Result:
        """Post ``body`` once. Only a 2xx means taken; whatever goes wrong on the way is in the result, not raised."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self._total_s):
                code, error, wait = await self._post(url, headers, body)
        except TimeoutError:
            code, error, wait = None, f"no whole answer within {self._total_s:g} s", None
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            code, error, wait = None, _reason(problem), None
        return Result(duration_us=round((loop.time() - begun) * 1e6), code=code, error=error, retry_after_s=wait)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str | None, float | None]:
        session = self._sessions[url.partition(":")[0]]
        async with session.post(
            url, data=body, headers={**headers, "content-type": "application/json"}, allow_redirects=False
        ) as answer:
            start = await _bounded(answer)
            if 200 <= answer.status < 300:
                return answer.status, None, None
            said = "redirects are not followed" if 300 <= answer.status < 400 else _printable(start)
            wait = retry_after_s(answer.headers.get("retry-after"), self._now_us())
            return answer.status, f"HTTP {answer.status}: {said}".rstrip(": "), wait

    def _session(self, resolver: AbstractResolver, plain: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=guarded_connector(self._guard, resolver, plain, ssl.create_default_context()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=self._total_s),
            max_line_size=8190,
            max_field_size=8190,
        )


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """Read at most ``MOST_READ`` bytes and return the first ones; the rest is cut off with the connection."""
    start = b""
    read = 0
    async for chunk in answer.content.iter_any():
        start += chunk[: max(0, SHOWN_BYTES - len(start))]
        read += len(chunk)
        if read >= MOST_READ:
            answer.close()
            break
    return start


def _reason(problem: Exception) -> str:
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return REFUSED
        cause = cause.__cause__
    if isinstance(problem, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return f"TLS: {_printable(str(problem).encode('utf-8', 'replace'))}"
    if isinstance(problem, aiohttp.ClientConnectorDNSError):
        return "the name has no address"
    if isinstance(problem, aiohttp.ClientConnectorError):
        return f"no connection: {problem.os_error.strerror or 'refused'}"
    return f"no answer: {type(problem).__name__}"


def _printable(start: bytes) -> str:
    text = start.decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text).strip()
