"""The ``cop`` command. Says what went wrong in one line, and prints nothing on stdout but what was asked for."""

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import apsw
import msgspec
import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from app.access.principals import KEY_ROLES, USER_ROLES, Role
from app.demo import demonstrating
from app.live.frames import violation_frame
from app.main import opened, serving, wall_clock_us
from app.model.entry import MissionSet
from app.model.instant import parse_instant
from app.model.label import CLASSIFICATIONS, Classification
from app.model.mission import parse_mission
from app.model.mission_faults import MissionFaults
from app.model.mission_warnings import warnings
from app.runtime import settle
from app.settings import Settings
from app.simulator.player import PlayRefused, play
from app.simulator.scenario import ScenarioFault, load_scenario
from app.store import accounts, backup
from app.store.connections import FILE_NAME
from app.store.database import Database
from app.store.errors import StoreError
from app.telemetry import configure_logging
from app.workers.replay import replayed

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
mission_app = typer.Typer(no_args_is_help=True, help="Mission files.")
key_app = typer.Typer(no_args_is_help=True, help="Keys of contingents' devices and of other systems.")
user_app = typer.Typer(no_args_is_help=True, help="People who log in.")
app.add_typer(mission_app, name="mission")
app.add_typer(key_app, name="key")
app.add_typer(user_app, name="user")

Data = Annotated[Path, typer.Option("--data", envvar="COP_DATA", help="The server's data folder.")]
Audiences = Annotated[str, typer.Option("--audience", help="Further audiences, as sector-2; comma-separated.")]
Clearance = Annotated[str | None, typer.Option("--clearance", help=" | ".join(CLASSIFICATIONS))]
_console = Console(stderr=True, highlight=False, soft_wrap=True)


class _Refused(Exception):
    """What the user asked for cannot be done; the message says why and what to do."""


def main() -> None:
    """Run the command line."""
    try:
        app(standalone_mode=False)
    except (typer.Exit, SystemExit):
        raise
    except typer.Abort:
        sys.exit(130)
    except MissionFaults as faults:
        for fault in faults.faults:
            _console.print(f"[red]fault[/] {escape(str(fault))}")
        sys.exit(1)
    except ValidationError as error:
        for one in error.errors():
            place = "".join(f"{part}: " for part in one["loc"])
            _console.print(f"cop: {place}{one['msg'].removeprefix('Value error, ')}", markup=False)
        sys.exit(2)
    except (_Refused, StoreError, accounts.AccountError, ScenarioFault, PlayRefused, OSError) as error:
        _console.print(f"cop: {error}", markup=False)
        sys.exit(1)
    except Exception as error:
        # Usage errors of the parser know how to show themselves; anything else is a fault of ours and shows its trace.
        if not hasattr(error, "show"):
            raise
        error.show()
        sys.exit(2)


@app.command()
def serve(
    data: Annotated[Path | None, typer.Option(help="The folder that holds everything.")] = None,
    mission: Annotated[Path | None, typer.Option(help="A mission file to load if the newest differs.")] = None,
    host: Annotated[str | None, typer.Option()] = None,
    port: Annotated[int | None, typer.Option()] = None,
    tls_cert: Annotated[Path | None, typer.Option()] = None,
    tls_key: Annotated[Path | None, typer.Option()] = None,
    behind_proxy: Annotated[bool | None, typer.Option("--behind-proxy")] = None,
    lateness_window: Annotated[str | None, typer.Option(help="As 24h or 90m.")] = None,
    basemap: Annotated[Path | None, typer.Option(help="A .pmtiles file to draw beneath the picture.")] = None,
) -> None:
    """Run the server until it is told to stop. Every option is also a COP_… variable."""
    given: dict[str, Any] = {name: value for name, value in locals().items() if value is not None}
    settings = Settings(**given)
    configure_logging(level=logging.getLevelNamesMapping()[settings.log_level.upper()])
    _run(_served(settings))


@app.command()
def demo(
    duration: Annotated[float | None, typer.Option(help="Stop after so many seconds.")] = None,
    speed: Annotated[float, typer.Option(help="How much faster than the clock it plays.")] = 1.0,
    port: Annotated[int, typer.Option()] = 8000,
    host: Annotated[str, typer.Option(help="Loopback only.")] = "127.0.0.1",
) -> None:
    """Run the server on a throw-away data folder with a simulated mission, on loopback only."""
    configure_logging(level=logging.WARNING)
    _run(_demonstrated(host, port, speed, duration))


@mission_app.command("check")
def check(file: Path) -> None:
    """Validate a mission file; say every fault with its feature id."""
    mission = parse_mission(file.read_bytes())
    for warning in warnings(mission):
        _console.print(f"[yellow]warning[/] {escape(str(warning))}")
    rules = sum(len(feature.rules) for feature in mission.features)
    typer.echo(f"{mission.id}: {len(mission.features)} features, {rules} rules, no faults")


@mission_app.command("load")
def load(file: Path, data: Data = Path("data")) -> None:
    """Make FILE the mission of the server on this data folder, running or not, as a journal entry."""
    document = file.read_bytes()
    parse_mission(document)
    seq = _run(_appended(Settings(data=data), MissionSet(document, by="operator")))
    typer.echo(f"loaded as journal entry {seq}")


@key_app.command("create")
def create_key(
    contingent: Annotated[str | None, typer.Option(help="Whose reports it brings.")] = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    role: Annotated[str, typer.Option(help=" | ".join(KEY_ROLES))] = "device",
    scopes: Annotated[str, typer.Option(help="For integrations: comma-separated.")] = "",
    audiences: Audiences = "",
    clearance: Clearance = None,
    data: Data = Path("data"),
) -> None:
    """Make a key and print it: the only time it is shown."""
    make = partial(
        accounts.create_key, name=name, role=cast(Role, role), now_us=wall_clock_us(), contingent=contingent,
        scopes=_listed(scopes), audiences=_listed(audiences), clearance=cast(Classification | None, clearance),
    )  # fmt: skip
    typer.echo(_written(data, make)[1])


@key_app.command("revoke")
def revoke_key(key_id: str, data: Data = Path("data")) -> None:
    """End a key, by the part between its two underscores; a running server refuses it within a second."""
    _written(data, partial(accounts.revoke_key, key_id=key_id, now_us=wall_clock_us()))


@user_app.command("create")
def create_user(
    name: Annotated[str, typer.Option()],
    role: Annotated[str, typer.Option(help=" | ".join(USER_ROLES))],
    contingent: Annotated[str | None, typer.Option(help="The contingent he belongs to, if any.")] = None,
    audiences: Audiences = "",
    clearance: Clearance = None,
    by_link: Annotated[bool, typer.Option("--by-link", help="Without a password; print a log-in link.")] = False,
    data: Data = Path("data"),
) -> None:
    """Make a user and print a one-time password."""
    make = partial(
        accounts.create_user, name=name, role=cast(Role, role), now_us=wall_clock_us(), contingent=contingent,
        audiences=_listed(audiences), clearance=cast(Classification | None, clearance), with_password=not by_link,
    )  # fmt: skip
    password = _written(data, make)[1]
    typer.echo(_link(name, data) if password is None else password)


@user_app.command("link")
def link_user(name: str, data: Data = Path("data")) -> None:
    """Print a log-in link to put behind the server's address: good once, within 15 minutes."""
    typer.echo(_link(name, data))


@user_app.command("disable")
def disable_user(name: str, data: Data = Path("data")) -> None:
    """Shut a user out; his sessions end within a second."""
    _written(data, partial(accounts.disable_user, name=name, now_us=wall_clock_us()))


@app.command()
def replay(
    data: Data = Path("data"),
    from_: Annotated[str | None, typer.Option("--from", help="RFC 3339; print only crossings from then on.")] = None,
    to: Annotated[str | None, typer.Option(help="RFC 3339; print only crossings before then.")] = None,
    rejudge: Annotated[bool, typer.Option("--rejudge", help="Judge reports too that came too late.")] = False,
) -> None:
    """Fold the journal again and print the violations as JSON lines, equal to what was raised live."""
    first_us = -(2**63) if from_ is None else _instant("--from", from_)
    end_us = 2**63 if to is None else _instant("--to", to)
    _run(_replayed(Settings(data=data), first_us, end_us, rejudge))


@app.command()
def simulate(
    scenario: str,
    url: Annotated[str, typer.Option(help="Of the server, as http://127.0.0.1:8000.")],
    key: Annotated[list[str], typer.Option(help="A key for all, or ID=KEY for each contingent.")],
    speed: Annotated[float, typer.Option()] = 1.0,
    duration: Annotated[float | None, typer.Option(help="Stop after so many seconds.")] = None,
) -> None:
    """Play SCENARIO, a file or one of the package's, into a running server over its public API."""
    chosen = load_scenario(scenario)
    pairs = dict(one.split("=", 1) for one in key if "=" in one)
    keys = pairs or dict.fromkeys(chosen.contingents, key[0])
    with contextlib.suppress(KeyboardInterrupt):
        played = _run(play(chosen, url, keys, now_us=wall_clock_us, speed=speed, duration_s=duration))
        typer.echo(json.dumps(msgspec.to_builtins(played)))


@app.command("backup")
def back_up(target: Path, data: Data = Path("data")) -> None:
    """Copy the store to the new file TARGET; the server may be running."""
    backup.backup(data, target)


@app.command()
def restore(source: Path, data: Data = Path("data")) -> None:
    """Make a data folder, which must not have a store yet, from the backup SOURCE."""
    backup.restore(source, data)


def _run(job: Any) -> Any:
    return uvloop.run(job)


def _instant(option: str, text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise _Refused(f"{option}: {error}") from error


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _written(data: Path, job: Callable[..., T]) -> T:
    database = Database.open(data)
    try:
        return database.write_now(job)
    finally:
        database.close()


def _link(name: str, data: Path) -> str:
    def made(db: apsw.Connection) -> str:
        user = accounts.find_user(db, name)
        if user is None:
            raise accounts.AccountError("there is no user of this name")
        return accounts.create_link(db, user.id, wall_clock_us())

    return f"/#link={_written(data, made)}"


async def _appended(settings: Settings, body: MissionSet) -> int:
    fold = opened(settings)
    try:
        return await fold.journal.append(body)
    finally:
        fold.database.close()


async def _replayed(settings: Settings, first_us: int, end_us: int, rejudge: bool) -> None:
    if not (settings.data / FILE_NAME).is_file():
        raise _Refused("there is no store in this folder")
    fold = opened(settings)
    columns = TextColumn("replay"), BarColumn(), TextColumn("{task.completed} of {task.total}"), TimeRemainingColumn()
    try:
        with Progress(*columns, console=_console, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("replay", total=fold.journal.head())
            found = replayed(
                fold.database, fold.journal, fold.registry, fold.sealer, fold.engine.window_us, rejudge=rejudge,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
            async for violation in found:
                if first_us <= violation.observed_us < end_us:
                    typer.echo(msgspec.json.encode(violation_frame(violation)).decode())
    finally:
        fold.database.close()


async def _served(settings: Settings) -> None:
    async with _until_signalled() as stopped, serving(settings) as running:
        settle()
        _console.print(f"Accord is at {running.url}", markup=False)
        await _first(stopped, running.stopped)


async def _demonstrated(host: str, port: int, speed: float, duration_s: float | None) -> None:
    async with _until_signalled() as stopped, demonstrating(host, port, speed) as shown:
        settle()
        _console.print(
            f"\nAccord, a simulated mission. Log in here (once, within 15 minutes):\n  {shown.link}", soft_wrap=True
        )
        _console.print(
            f"or at {shown.url} as {shown.user} with the password {shown.password}\n", markup=False, soft_wrap=True
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(duration_s):
                await _first(stopped, shown.stopped)


async def _first(*events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


@contextlib.asynccontextmanager
async def _until_signalled() -> AsyncIterator[asyncio.Event]:
    """Give an event that SIGINT or SIGTERM sets."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    yield stopped
