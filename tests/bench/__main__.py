"""``make bench``: what is measured, beside the limits of the design. Writes only to a temporary folder."""

import asyncio
import json
import platform
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench.every_rule import every_rule_document, judged_positions
from tests.bench.figures import Figure
from tests.bench.ingest import BATCH, positions_in_batches, single_positions, time_to_violation
from tests.bench.judging import crossing_check, late_report
from tests.bench.kept import bytes_per_position, killed, memory_per_track, start_time, stored_positions
from tests.bench.screen import screen_figures
from tests.bench.serving import Served, folder_with_keys, serving
from tests.bench.traffic import Walker, mission_document, walkers
from tests.bench.trial import rule_on_trial

EXAMPLE = Path(__file__).parents[2] / "missions" / "cyprus.geojson"
UNITS = 10_000
NEAR_SHARE = 0.01
Document = dict[str, Any]
Parts = tuple[str, ...]
_console = Console()


PARTS = ("batches", "singles", "latency", "kept", "judging", "every-rule", "trial", "screen")


async def _over_http(served: Served, units: list[Walker], begun: Callable[[str], None], wanted: Parts) -> list[Figure]:
    figures: list[Figure] = []
    if "batches" in wanted:
        begun("positions in batches of 1,000")
        figures += await positions_in_batches(served, units, rounds=100)
    if "singles" in wanted:
        begun("single positions")
        figures += await single_positions(served, units, rounds=3)
    if "latency" in wanted:
        begun("time until a violation is on the wire")
        figures += await time_to_violation(served, units, probes=300)
    return figures


def _on_server(document: Document, units: list[Walker], begun: Callable[[str], None], wanted: Parts) -> list[Figure]:
    with folder_with_keys() as (folder, keys):
        mission = folder / "mission.geojson"
        mission.write_text(json.dumps(document))
        with serving(folder, keys, mission) as served:
            figures = uvloop.run(_over_http(served, units, begun, wanted))
            if "kept" in wanted:
                figures += bytes_per_position(served)
                killed(served)
        if "kept" in wanted:
            begun("start again, and memory")
            positions = stored_positions(served)
            others = [replace(unit, unit=f"{unit.unit}-{number}") for number in range(4) for unit in units]
            with serving(folder, keys, mission) as again:
                figures += start_time(again, positions)
                figures += uvloop.run(memory_per_track(again, others))
    return figures


def _every_rule(example: Document, begun: Callable[[str], None]) -> list[Figure]:
    document = every_rule_document(example["mission"])
    units = walkers(document, UNITS, NEAR_SHARE, BATCH)
    begun("positions in batches of 1,000, every rule on")
    with folder_with_keys() as (folder, keys):
        mission = folder / "mission.geojson"
        mission.write_text(json.dumps(document))
        with serving(folder, keys, mission) as served:
            figures = uvloop.run(positions_in_batches(served, units, rounds=100, mission=", every rule on"))
    begun("judged positions, every rule on")
    return figures + crossing_check(document, units) + judged_positions(document, BATCH)


def main(arguments: list[str]) -> int:
    """Measure the parts that are named (all when none is) and print the table; 1 where an aim is missed."""
    wanted = tuple(part for part in PARTS if not arguments or part in arguments)
    document = mission_document(EXAMPLE)
    figures: list[Figure] = []
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=_console) as progress:
        task = progress.add_task("units and requests")

        def begun(what: str) -> None:
            progress.update(task, description=what)
            if not _console.is_terminal:
                print(what, flush=True)

        units = walkers(document, UNITS, NEAR_SHARE, BATCH)
        if set(wanted) - {"judging", "every-rule", "trial", "screen"}:
            figures += _on_server(document, units, begun, wanted)
        if "judging" in wanted:
            begun("crossing checks and late reports")
            figures += crossing_check(document, units) + late_report(document, units)
        if "every-rule" in wanted:
            figures += _every_rule(document, begun)
        if "trial" in wanted:
            begun("a rule on trial")
            figures += rule_on_trial(document)
        if "screen" in wanted:
            figures += asyncio.run(screen_figures(begun))
    _console.print(_table(figures))
    return 0 if all(figure.met is not False for figure in figures) else 1


def _table(figures: list[Figure]) -> Table:
    table = Table(title=f"Accord, measured on this machine, {_python()}", title_justify="left")
    for column in ("figure", "measured", "aim", ""):
        table.add_column(column, overflow="fold")
    marks = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}
    for figure in figures:
        table.add_row(figure.what, figure.measured, figure.aim, marks[figure.met])
        if figure.note:
            table.add_row(f"[dim]{figure.note}[/]", "", "", "")
    return table


def _python() -> str:
    """Say which Python runs, as one that was not compiled for speed costs a sixth of it."""
    told = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    build = "optimised" if told or sys.base_prefix == "/usr" else "not optimised"
    return f"Python {platform.python_version()} ({build})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
