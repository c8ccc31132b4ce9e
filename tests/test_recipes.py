"""The recipe "A rule" of ARCHITECTURE.md, followed to the letter in a temporary folder: what it names is enough."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KIND = "any_crossing"
RULE = '''
"""any_crossing: nobody may cross, not even homewards."""

from app.rules.rule import Pair
from app.rules.side import advance, confirms, take_crossings


class AnyCrossing:
    kind = "any_crossing"
    judges = "tracks"
    geometry = "line"
    usual_platforms = None

    def __init__(self, instance, edges, parameters):
        self._instance, self._seldom = instance, parameters["seldom"]

    def direction(self, sign):
        return "right_to_left" if sign > 0 else "left_to_right"

    def opens(self, sign, party):
        return not self._seldom

    def begin(self, fix, inside):
        pair = Pair()
        pair.settled = confirms(pair, fix, self._instance.spec.margin_m)
        return pair, []

    def step(self, pair, leg, fix, party):
        take_crossings(pair, leg, fix, self._instance.spec.max_gap_s)
        confirmed = confirms(pair, fix, self._instance.spec.margin_m)
        if pair.settled:
            return advance(self._instance, self, pair, leg, fix, party, confirmed)
        pair.settled = confirmed
        return []

    def leave(self, pair, at_us):
        return []
'''
ROWS = {
    "TRACK_RULES": "AnyCrossing, ",
    "RULE_PARAMETERS": '"any_crossing": {"seldom": Parameter(lambda reading, name: reading.boolean(name), False)}, ',
    "RULE_PLACES": '"any_crossing": LINE_KINDS, ',
}
"""What the recipe's reader adds to each tuple or table that it names."""
CHECK = """
from tests.engine.world import Told, World, feature, mission

rule = {"rule": "any_crossing", "id": "r1", "margin_m": 50}
it = World(mission(feature([rule], [[0.0, 0.0], [0.1, 0.0]])))
it.push([Told(0, 0.05, -0.01, party="north"), Told(60, 0.05, 0.01, party="north")])
print([(one.rule, one.status) for one in it.violations()])
"""


def recipe() -> str:
    found = re.search(r"\*\*A rule\.\*\*(.*?)That is all", (ROOT / "ARCHITECTURE.md").read_text(), re.DOTALL)
    assert found is not None
    return " ".join(found[1].split())


def additions(text: str) -> dict[str, str]:
    """Return what the recipe tells to add to, by name, each with the file that it is in."""
    found: dict[str, str] = {}
    waiting: list[str] = []
    for quoted in re.findall(r"`([^`]+)`", text):
        if re.fullmatch(r"[A-Z_]{5,}", quoted):
            waiting.append(quoted)
        elif quoted.endswith(".py"):
            found |= dict.fromkeys(waiting, quoted)
            waiting.clear()
    return found


def added(source: str, name: str, row: str) -> str:
    """Return the source with a row put first into the tuple or table of this name."""
    start = re.search(rf"^{name}\b[^=]*= [({{]", source, re.MULTILINE)
    assert start is not None, f"there is no {name}"
    imports = "from app.rules.any_crossing import AnyCrossing\n" if name == "TRACK_RULES" else ""
    module = source.index('"""\n') + 4
    return source[:module] + imports + source[module : start.end()] + row + source[start.end() :]


def copy_of_the_project(folder: Path) -> None:
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests" / "engine").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/engine/__init__.py", "tests/engine/world.py"):
        shutil.copy(ROOT / name, folder / name)


def checked(folder: Path) -> str:
    # With -c the working folder comes first on the path, so what runs is the copy.
    done = subprocess.run(
        [sys.executable, "-c", CHECK], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    return done.stdout.strip() or done.stderr


def test_a_rule_added_by_the_recipe_raises_violations(tmp_path: Path) -> None:
    text = recipe()
    copy_of_the_project(tmp_path)

    path = re.search(r"Write `([^`]+<kind>\.py)`", text)
    assert path is not None
    (tmp_path / path[1].replace("<kind>", KIND)).write_text(RULE.lstrip())
    for name, place in additions(text).items():
        file = tmp_path / place
        file.write_text(added(file.read_text(), name, ROWS[name]))

    assert checked(tmp_path) == "[('any_crossing', 'confirmed')]"


@pytest.mark.parametrize("left_out", list(ROWS))
def test_nothing_that_the_recipe_names_can_be_left_out(tmp_path: Path, left_out: str) -> None:
    text = recipe()
    assert additions(text).keys() == ROWS.keys()
    copy_of_the_project(tmp_path)
    (tmp_path / f"app/rules/{KIND}.py").write_text(RULE.lstrip())
    for name, place in additions(text).items():
        if name != left_out:
            file = tmp_path / place
            file.write_text(added(file.read_text(), name, ROWS[name]))

    assert checked(tmp_path) != "[('any_crossing', 'confirmed')]"
