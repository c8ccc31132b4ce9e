"""The corpus of abusive bodies, and what must be answered."""

import json
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parents[1] / "data" / "abuse" / "positions.jsonl"


class Abuse(NamedTuple):
    """One body, and the problem document it deserves."""

    name: str
    type: str
    body: bytes
    status: int
    code: str
    field: str | None


def corpus() -> list[Abuse]:
    """Return the corpus."""
    found = []
    for line in FILE.read_text().splitlines():
        one = json.loads(line)
        parts = [part if isinstance(part, str) else part["repeat"] * part["times"] for part in one["body"]]
        body = "".join(parts).encode("latin-1")
        found.append(Abuse(one["name"], one["type"], body, one["status"], one["code"], one["field"]))
    return found
