"""What an operator may set: by option of a command, or as ``COP_…`` in the environment. Read once, at the start."""

import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _duration(value: Any) -> Any:
    """Read ``90`` (seconds), ``30m``, ``24h`` or ``7d``; anything else is left to pydantic (ISO 8601)."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)\s*([smhd]?)", value.strip()) if isinstance(value, str) else None
    return timedelta(seconds=float(match.group(1)) * _UNITS_S[match.group(2) or "s"]) if match else value


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration), Field(gt=timedelta(0))]
Networks = Annotated[tuple[IpNetwork, ...], NoDecode, BeforeValidator(_listed)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """The settings of a server.

    Raises:
        pydantic.ValidationError: a value that cannot be, or an address open to others without TLS.
    """

    model_config = SettingsConfigDict(env_prefix="COP_", frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Path("data")
    """The folder that holds everything the server keeps."""
    mission: Path | None = None
    """A mission file to load at the start, if the newest one loaded differs."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False
    """A proxy in front speaks TLS and sets the X-Forwarded headers; nobody else can reach the port."""
    hosts: Names = ()
    """Names by which browsers reach this server, beyond loopback's; without any, every name goes unless on loopback."""
    lateness_window: Duration = timedelta(hours=24)
    """How far behind its unit's newest report a late one still counts."""
    session_idle: Duration = timedelta(minutes=30)
    """A session unused for this long ends. An open map uses it."""
    session_life: Duration = timedelta(hours=12)
    """A session ends after this long however it is used: one watch."""
    hook_allow: Networks = ()
    """Networks of private or loopback addresses that hooks may go to, and over plain http."""
    basemap: Path | None = None
    """A .pmtiles file to draw beneath the map instead of the built-in one."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the port."""
        return self.host == "localhost" or _is_loopback(self.host)

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server over TLS."""
        return self.tls_cert is not None or self.behind_proxy

    @property
    def cookie(self) -> str:
        """The session cookie's name: only over TLS may it have the prefix that ties it to the host."""
        return "__Host-cop" if self.secure else "cop"

    @model_validator(mode="after")
    def _stays_closed(self) -> "Settings":
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        if not self.on_loopback and not self.secure:
            raise ValueError(
                f"{self.host} can be reached by others: give --tls-cert and --tls-key, or --behind-proxy where a proxy"
                " speaks TLS; or stay on 127.0.0.1"
            )
        return self


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
