"""Which requests our own pages made."""

import pytest

from app.access.origin import host_name, is_own_origin, is_own_request

HOST = "cop.example.org:8443"


@pytest.mark.parametrize(
    ("origin", "fetch_site", "own"),
    [
        (None, None, True),
        (None, "same-origin", True),
        (None, "none", True),
        (None, "same-site", False),
        (None, "cross-site", False),
        (None, "", False),
        (f"https://{HOST}", "same-origin", True),
        (f"https://{HOST}", None, True),
        (f"https://{HOST}", "cross-site", False),
        ("https://cop.example.org", None, False),
        ("https://evil.example.org", None, False),
        ("https://cop.example.org:8443.evil.example.org", None, False),
        ("https://evil.example.org/?cop.example.org:8443", None, False),
        (f"https://user@{HOST}", None, False),
        (f"file://{HOST}", None, False),
        ("null", None, False),
        ("", None, False),
        ("https://[", None, False),
    ],
)
def test_own_requests_are_told_from_other_sites(origin: str | None, fetch_site: str | None, own: bool) -> None:
    assert is_own_request(HOST, origin, fetch_site) is own


def test_a_live_connection_needs_an_origin() -> None:
    assert is_own_origin(HOST, f"https://{HOST.upper()}")
    assert not is_own_origin(HOST, None)
    assert not is_own_origin(None, f"https://{HOST}")


@pytest.mark.parametrize(
    ("header", "name"),
    [("127.0.0.1:8000", "127.0.0.1"), ("LocalHost", "localhost"), ("[::1]:8000", "::1"), ("[::1]", "::1"), ("", "")],
)
def test_the_host_header_gives_its_name(header: str, name: str) -> None:
    assert host_name(header) == name
