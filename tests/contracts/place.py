"""A place to try the contract in: one real server, and those who use it. Shares no code with the application."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.scenarios.receiver import Receiver
from tests.scenarios.server import Server, eventually

WAIT_S = 15.0
SUBSCRIBE: dict[str, Any] = {
    "type": "subscribe",
    "layers": ["tracks", "incidents", "violations", "features", "feeds"],
    "bbox": None,
    "resume": None,
}
MISSION: dict[str, Any] = {
    "type": "FeatureCollection",
    "mission": {
        "id": "trial",
        "name": "Trial",
        "parties": [{"id": "north", "name": "North"}, {"id": "south", "name": "South"}],
        "contingents": [{"id": "ARG", "name": "Argentina"}, {"id": "GBR", "name": "United Kingdom"}],
        "exercise": False,
        "gates": {"vehicle": 70},
        "default_label": None,
    },
    "features": [
        {
            "type": "Feature",
            "id": "cfl-north",
            "geometry": {"type": "LineString", "coordinates": [[33.0, 35.0], [34.0, 35.0]]},
            "properties": {
                "kind": "ceasefire_line",
                "name": "Northern ceasefire line",
                "left": "north",
                "right": "buffer",
                "valid_from": "1974-08-16T00:00:00Z",
                "valid_to": None,
                "rules": [
                    {"rule": "line_crossing", "id": "r1", "parties": ["north"], "direction": "any", "margin_m": 50,
                     "severity": "high"}
                ],
            },
        }
    ],
}  # fmt: skip
_numbers = count(1)


def fresh(name: str) -> str:
    """A name that nobody has used."""
    return f"{name}-{next(_numbers)}"


def ago(seconds: float) -> str:
    """The instant so many seconds ago."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def position(unit: str, seconds_ago: float = 0.0, **more: Any) -> dict[str, Any]:
    """A position south of the line."""
    return {"unit": unit, "observed_at": ago(seconds_ago), "lon": 33.2, "lat": 34.9} | more


def crossing(unit: str, **more: Any) -> list[dict[str, Any]]:
    """A vehicle of the northern party, a minute ago north of the line and just now 1.1 km south of it."""
    said = {"party": "north", "platform": "vehicle", "accuracy_m": 8} | more
    return [position(unit, 61, **said, lat=35.01), position(unit, 1, **said, lat=34.99)]


def incident(name: str, **more: Any) -> dict[str, Any]:
    """Shots heard."""
    said = {"lon": 33.2, "lat": 34.9, "category": "firing", "title": "Shots", "severity": "high"}
    return {"incident": name, "observed_at": ago(5)} | said | more


@dataclass
class Place:
    """The server, its users, and a receiver of hooks."""

    server: Server
    receiver: Receiver
    device: httpx.AsyncClient
    other: httpx.AsyncClient
    """A device of another contingent."""
    officer: httpx.AsyncClient
    officer_key: str

    async def push(self, call: str, *items: dict[str, Any]) -> None:
        """Push reports that must be taken, and wait until they are judged."""
        answer = await self.device.post(f"/api/v1/{call}", json=list(items))
        assert answer.status_code == 200, answer.text
        assert answer.json()["rejected"] == []
        await self.server.judged()

    async def find(self, who: httpx.AsyncClient, unit: str, things: str = "tracks") -> dict[str, Any] | None:
        """Return the track or violation of ``unit`` that ``who`` is shown, if there is one."""
        [following, found] = [f"/api/v1/{things}?limit=50", None]
        while following and not found:
            page = (await who.get(following)).json()
            following = page["next"]
            of = "units" if things == "violations" else "sources"
            found = next((one for one in page[things] if one[of][0]["unit"] == unit), None)
        return found

    async def violation(self, unit: str | None = None, **more: Any) -> dict[str, Any]:
        """Make a violation, and return it."""
        unit = unit or fresh("v")
        await self.push("positions", *crossing(unit, **more))
        found = await self.find(self.device, unit, "violations")
        assert found is not None
        return found

    def live(self, key: str | None = None) -> connect:
        """A live connection, not yet subscribed."""
        return connect(
            self.server.url.replace("http", "ws") + "/api/v1/live",
            subprotocols=[Subprotocol("cop.v1.json")],
            additional_headers={"Authorization": f"Bearer {key or self.officer_key}"},
            max_size=None,
        )

    async def received(self, kind: str, about: str) -> tuple[str, dict[str, Any]]:
        """Wait for the delivery of ``kind`` that speaks of ``about``; return its webhook-id and document."""

        async def there() -> tuple[str, dict[str, Any]] | None:
            return next(
                (one for one in self.receiver.taken if one[1]["type"] == kind and about in json.dumps(one[1])), None
            )

        return await eventually(there, WAIT_S)


async def told(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    """Return the next message of one of ``kinds``, or else the next that is no ping."""
    async with asyncio.timeout(WAIT_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] in kinds or (not kinds and message["type"] != "ping"):
                return message


def written(folder: Path, document: dict[str, Any]) -> Path:
    """Write a mission file."""
    path = folder / f"{fresh('mission')}.geojson"
    path.write_text(json.dumps(document))
    return path


def is_problem(answer: httpx.Response, status: int, code: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["title"]
    assert code is None or document["code"] == code


def counts(answer: httpx.Response) -> tuple[int, int, list[tuple[int, str]]]:
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert set(document) == {"accepted", "duplicates", "rejected"}
    assert all(one["detail"] for one in document["rejected"])
    refused = [(one["index"], one["code"]) for one in document["rejected"]]
    return document["accepted"], document["duplicates"], refused
