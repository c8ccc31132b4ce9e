"""The guard on every outgoing connection: URLs when a hook is made, addresses each time one is dialled.

A name may point anywhere tomorrow, so what counts is checked as the socket is made, on the very address it goes to.
"""

import re
import socket
import ssl
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from app.webhooks.addresses import Network, address_of, is_reachable

LONGEST_URL = 2048
REFUSED = "the address is private, reserved or not open to hooks"
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
_AFTER_AUTHORITY = re.compile(r"[/?#]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class UrlRefused(ValueError):
    """A hook's URL that cannot be used; the message says why and repeats none of it."""


class AddressRefused(OSError):
    """A connection that the guard did not let begin."""


class Guard:
    """What hooks may reach: public addresses over TLS, and whatever the operator listed in ``allowed``."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def checked_url(self, text: str) -> str:
        """Return the URL as it will be dialled.

        Raises:
            UrlRefused: not an absolute http(s) URL, too long, with a user or fragment, with a host that is neither a
                name nor an address in its usual spelling, or one that can never be reached.
        """
        if len(text) > LONGEST_URL:
            raise UrlRefused(f"longer than {LONGEST_URL} characters")
        if not text.isascii() or any(character <= " " or character in "\\\x7f" for character in text):
            raise UrlRefused("holds a character that must be percent-encoded, or a host that must be in ASCII form")
        try:
            url = URL(text)
            host, port = url.raw_host, url.port
        except ValueError as error:
            raise UrlRefused("not a URL") from error
        if url.scheme not in ("http", "https") or not host or port is None:
            raise UrlRefused("not an absolute http or https URL")
        if "@" in _AFTER_AUTHORITY.split(text.partition("//")[2], maxsplit=1)[0]:
            raise UrlRefused("names a user or password")
        if url.raw_fragment:
            raise UrlRefused("has a fragment")
        self._check_host(host.lower(), port, plain=url.scheme == "http")
        return str(url)

    def check_address(self, address: str, port: int, plain: bool) -> None:
        """Check the address of a socket that is about to connect.

        Raises:
            AddressRefused: hooks may not go there.
        """
        parsed = address_of(address)
        if parsed is None or not is_reachable(parsed, port, plain, self._allowed):
            raise AddressRefused(REFUSED)

    def _check_host(self, host: str, port: int, plain: bool) -> None:
        literal = address_of(host)
        if literal is None and (_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) or not _NAME.fullmatch(host)):
            raise UrlRefused("its host is neither a name nor an address in its usual spelling")
        if "%" in host:
            raise UrlRefused("its host names a network interface")
        if literal is None and host.rstrip(".").endswith("localhost"):
            literal = address_of("127.0.0.1")
        if literal is not None and not is_reachable(literal, port, plain, self._allowed):
            raise UrlRefused(REFUSED)
        if plain and not self._allowed:
            raise UrlRefused("plain http is not open to hooks")


class GuardedResolver(AbstractResolver):
    """Looks names up with ``inner`` and refuses a name if any of its addresses is refused."""

    def __init__(self, guard: Guard, inner: AbstractResolver, plain: bool) -> None:
        self._guard = guard
        self._inner = inner
        self._plain = plain

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of ``host``.

        Raises:
            AddressRefused: one of them is refused; an answer that mixes good and bad is an attack or a mistake.
        """
        found = await self._inner.resolve(host, port, family)
        for result in found:
            self._guard.check_address(result["host"], port, self._plain)
        return found

    async def close(self) -> None:
        """Release the inner resolver."""
        await self._inner.close()


def guarded_connector(guard: Guard, inner: AbstractResolver, plain: bool, tls: ssl.SSLContext) -> aiohttp.TCPConnector:
    """Return a connector that dials only what ``guard`` lets through, looking every name up afresh.

    Connections are not kept: each try is checked on its own.
    """

    def guarded_socket(address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, target = address
        guard.check_address(str(target[0]), int(target[1]), plain)
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=GuardedResolver(guard, inner, plain),
        socket_factory=guarded_socket,
        ssl=tls,
        use_dns_cache=False,
        force_close=True,
        limit=0,  # the worker bounds how many tries run at once
    )
