"""What may be set, and that a server open to others without TLS does not start."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "cop.example.org", "127.0.0.1.example.org"])
def test_an_address_open_to_others_needs_tls(host: str) -> None:
    with pytest.raises(ValidationError, match="can be reached by others"):
        Settings(host=host)

    assert Settings(host=host, behind_proxy=True).secure
    assert Settings(host=host, tls_cert=Path("c.pem"), tls_key=Path("k.pem")).cookie == "__Host-cop"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_needs_nothing(host: str) -> None:
    settings = Settings(host=host)

    assert settings.on_loopback
    assert settings.cookie == "cop"


def test_a_certificate_needs_its_key() -> None:
    with pytest.raises(ValidationError, match="go together"):
        Settings(tls_cert=Path("c.pem"))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("90", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("365d", timedelta(days=365)),
        ("P1DT2H", timedelta(hours=26)),
    ],
)
def test_durations_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, text: str, window: timedelta) -> None:
    monkeypatch.setenv("COP_LATENESS_WINDOW", text)

    assert Settings().lateness_window == window


@pytest.mark.parametrize("text", ["0", "soon", "-5m"])
def test_no_duration_is_nonsense(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("COP_LATENESS_WINDOW", text)

    with pytest.raises(ValidationError):
        Settings()


def test_lists_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COP_HOOK_ALLOW", "127.0.0.0/8, fd00::/8")
    monkeypatch.setenv("COP_HOSTS", "cop.example.org")

    settings = Settings()

    assert settings.hook_allow == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    assert settings.hosts == ("cop.example.org",)
