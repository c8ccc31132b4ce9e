"""The demonstration: a server on a throw-away folder, a simulated mission, and a way in. Loopback only."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import app
from app.access.credentials import one_time_password, password_hash
from app.main import serving, wall_clock_us
from app.settings import Settings
from app.simulator.player import play
from app.simulator.scenario import load_scenario
from app.store import accounts
from app.store.database import Database

MISSION = Path(app.__file__).parent.parent / "missions" / "cyprus.geojson"
SCENARIO = "cyprus-demo"
USER = "officer"


@dataclass(frozen=True, slots=True)
class Shown:
    """Where the demonstration is, and the way in: ``link`` is good once, for 15 minutes."""

    url: str
    link: str
    user: str
    password: str
    stopped: asyncio.Event


@contextlib.asynccontextmanager
async def demonstrating(host: str, port: int, speed: float) -> AsyncIterator[Shown]:
    """Run the demonstration until the block ends; the folder goes with it.

    Raises:
        pydantic.ValidationError: ``host`` can be reached by others.
        OSError: the port is taken.
    """
    with tempfile.TemporaryDirectory(prefix="accord-demo-") as folder:
        # What the environment says of TLS is for a real server. Without it, Settings refuses all but loopback.
        settings = Settings(
            data=Path(folder) / "data", mission=MISSION, host=host, port=port,
            tls_cert=None, tls_key=None, behind_proxy=False,
        )  # fmt: skip
        scenario = load_scenario(SCENARIO)
        keys, link, password = _accounts(settings, scenario.contingents)
        async with serving(settings) as running, asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(play(scenario, running.url, keys, now_us=wall_clock_us, speed=speed))
            yield Shown(running.url, f"{running.url}/#link={link}", USER, password, running.stopped)
            playing.cancel()


def _accounts(settings: Settings, contingents: tuple[str, ...]) -> tuple[dict[str, str], str, str]:
    database = Database.open(settings.data)
    now_us = wall_clock_us()
    try:
        keys = {
            contingent: database.write_now(
                partial(accounts.create_key, name="simulator", role="device", now_us=now_us, contingent=contingent)
            )[1]
            for contingent in contingents
        }
        make = partial(accounts.create_user, name=USER, role="officer", now_us=now_us, with_password=False)
        user, _ = database.write_now(make)
        password = one_time_password()  # of this run alone: the folder goes with it
        hashed = password_hash(password)
        database.write_now(partial(accounts.set_password, user=user, hashed=hashed, keep=b""))
        link = database.write_now(partial(accounts.create_link, user=user, now_us=now_us))
    finally:
        database.close()
    return keys, link, password
