import json
from pathlib import Path
from typing import Any

import pytest

from app.simulator.scenario import ScenarioFault, load_scenario, names


def written(folder: Path, **unit: Any) -> Path:
    plan = [{"go": [[33.0, 35.0], [33.01, 35.0]], "speed_m_s": 8}]
    whole = {"id": "U1", "contingent": "AAA", "platform": "vehicle", "plan": plan, **unit}
    path = folder / "scenario.json"
    path.write_text(json.dumps({"name": "s", "mission": "m.geojson", "seed": 1, "units": [whole]}))
    return path


def test_a_scenario_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    assert load_scenario("cyprus-demo").contingents == ("ARG", "GBR", "SVK")
    assert load_scenario(written(tmp_path)).units[0].id == "U1"


def test_a_scenario_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ScenarioFault, match="cyprus-demo"):
        load_scenario("atlantis")


def test_every_scenario_of_the_package_can_be_played() -> None:
    assert all(load_scenario(name).name == name for name in names())


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ({"platform": "tank"}, "the platform must be one of"),
        ({"plan": []}, "must begin with a place"),
        ({"plan": [{"hold_s": 5}]}, "must begin with a place"),
        ({"plan": [{"go": [[33, 35]]}]}, "takes no time"),
        ({"plan": [{"go": [[33, 35], [33, 35]], "speed_m_s": 5}]}, "takes no time"),
        ({"plan": [{"go": [[33, 35], [34, 35]]}]}, "speed_m_s must be above 0"),
        ({"plan": [{"go": [[33, 35], [34, 35]], "speed_m_s": 70}]}, "up to 40"),
        ({"plan": [{"go": [[33, 95], [34, 35]], "speed_m_s": 7}]}, "not on the map"),
        ({"plan": [{"go": [[33, 35]], "hold_s": 7}]}, "either go or hold"),
        ({"report_every_s": 0}, "report_every_s"),
        ({"accuracy_m": 0}, "accuracy_m"),
        ({"speed": 5}, "unknown field"),
    ],
)
def test_a_scenario_that_cannot_be_played_is_refused(tmp_path: Path, unit: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioFault, match=words):
        load_scenario(written(tmp_path, **unit))
