"""Whether a browser's request comes from our own pages. Looks at headers only, never at the address asked for."""

from urllib.parse import urlsplit

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_own_request(host: str | None, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a request that carries a cookie was made by our own pages, or by no browser at all.

    As Go's ``CrossOriginProtection`` decides: ``Sec-Fetch-Site`` where the browser sends it; else ``Origin`` must be
    the host that was asked. A request with neither header is no browser's, and so nobody else's page made it.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    return origin is None or is_own_origin(host, origin)


def is_own_origin(host: str | None, origin: str | None) -> bool:
    """Whether ``origin`` is given and names the ``host`` (with port) that was asked: the rule for live connections."""
    if not host or not origin or origin == "null":
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.casefold() == host.casefold()


def host_name(host: str) -> str:
    """Return the name in a ``Host`` header, without port and brackets, in lower case."""
    name = host.strip().casefold()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.rpartition(":")[0] if ":" in name else name
