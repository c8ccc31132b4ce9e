"""Which addresses a hook may reach. Pure: looks nothing up.

The ranges are those of the IANA special-purpose registries (RFC 6890 and its successors) that are not global unicast,
and every way to write an IPv4 address inside an IPv6 one.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC_PORTS = (443, 8443)
"""Ports of public addresses that may be reached; of listed addresses, any may."""

_NEVER: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local, and the metadata service of every cloud
        "fe80::/10",
        "fd00:ec2::254/128",  # a metadata service over IPv6
        "0.0.0.0/32",
        "::/128",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "ff00::/8",
    )
)
_NOT_PUBLIC_4: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_PUBLIC_6 = ip_network("2000::/3")
"""All of IPv6 that is given out as global unicast; NAT64, ULA, mapped, compatible and multicast lie outside."""
_NOT_PUBLIC_6: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "2001::/23",  # protocol assignments, among them Teredo
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
    )
)


def parse_allowed(text: str) -> tuple[Network, ...]:
    """Read a comma-separated list of CIDR ranges, such as ``127.0.0.0/8,10.1.0.0/16``.

    Raises:
        ValueError: a part is no network address with its prefix length.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def address_of(text: str) -> Address | None:
    """Read an address as the socket layer gives it, without its zone; a mapped one (``::ffff:…``) as IPv4.

    Only canonical spellings count: ``127.1``, ``0x7f.1`` and ``017700000001`` are None.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_reachable(address: Address, port: int, plain: bool, allowed: Sequence[Network]) -> bool:
    """Whether a hook may connect to ``address``; ``plain`` means without TLS.

    A listed address may be reached on every port and without TLS; another only if it is public, over TLS, on one of
    ``PUBLIC_PORTS``. Some are never reached, listed or not.
    """
    if _within(address, _NEVER):
        return False
    if _within(address, allowed):
        return True
    return not plain and port in PUBLIC_PORTS and _is_public(address)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not _within(address, _NOT_PUBLIC_6)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
