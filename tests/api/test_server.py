"""What keeps a server from starting is said in one line."""

import socket
from pathlib import Path

import pytest

from app.api.server import check_certificate, listening_socket


def test_a_certificate_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")

    for cert in ("cert.pem", "missing.pem"):
        with pytest.raises(OSError, match="TLS certificate"):
            check_certificate(tmp_path / cert, tmp_path / "key.pem")


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(OSError, match=f"127.0.0.1:{port}: "):
            listening_socket("127.0.0.1", port)
