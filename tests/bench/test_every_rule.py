"""The bench with every rule on has every rule on."""

import json

from app.model.mission import parse_mission
from app.rules.rulebook import RULES
from tests.bench.every_rule import AS_SET, EDGES, FEATURES, every_rule_document

MISSION = {"id": "bench", "name": "Bench", "parties": [{"id": "north", "name": "N"}, {"id": "south", "name": "S"}],
           "contingents": []}  # fmt: skip


def test_every_rule_of_the_rulebook_has_a_wording_for_the_bench() -> None:
    assert {rule.kind for rule in RULES} <= AS_SET.keys()


def test_the_mission_of_the_bench_has_every_rule_and_fifty_thousand_edges() -> None:
    mission = parse_mission(json.dumps(every_rule_document(MISSION)).encode())

    shapes = [feature.geometry["coordinates"] for feature in mission.features]
    edges = sum(len(shape[0]) - 1 if len(shape) == 1 else len(shape) - 1 for shape in shapes)
    assert edges == FEATURES * EDGES == 50_000
    assert {rule.rule for feature in mission.features for rule in feature.rules} == {rule.kind for rule in RULES}
