"""The contract, sentence by sentence, of what the server tells by itself. Sections: 6 live, 7 labels, 8 hooks."""

import asyncio
import json
from typing import Any

import pytest

from tests.contracts.place import SUBSCRIBE, Place, crossing, fresh, incident, is_problem, position, told
from tests.scenarios.server import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECRET = {"classification": "confidential", "releasable_to": ["ARG"], "caveats": []}


async def test_6_a_snapshot_a_delta_and_a_violation_at_once(place: Place) -> None:
    async with place.live() as socket:
        assert socket.subprotocol == "cop.v1.json"
        await socket.send(json.dumps(SUBSCRIBE))
        snapshot = await told(socket)
        assert (snapshot["type"], set(snapshot) >= {"epoch", "seq", *SUBSCRIBE["layers"]}) == ("snapshot", True)

        unit = fresh("l")
        await place.push("positions", position(unit))
        delta = await told(socket, "delta")
        assert delta["epoch"] == snapshot["epoch"]
        assert unit in {one["sources"][0]["unit"] for one in delta["tracks"]["upsert"]}
        assert delta["tracks"]["remove"] == []

        made = await place.violation()
        violation = await told(socket, "violation")
        assert violation["violation"]["id"] == made["id"]
        assert (await told(socket, "ping"))["type"] == "ping"


async def test_6_a_resume_has_no_gap_and_a_mismatch_is_a_snapshot(place: Place) -> None:
    async with place.live() as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        snapshot = await told(socket)
    missed = await place.violation()
    held = {"epoch": snapshot["epoch"], "seq": snapshot["seq"]}

    async with place.live() as socket:
        await socket.send(json.dumps(SUBSCRIBE | {"resume": held}))
        resumed, violation, delta = [await told(socket) for _ in range(3)]
    assert (resumed["type"], violation["type"], delta["type"]) == ("resumed", "violation", "delta")
    assert violation["violation"]["id"] == missed["id"]
    assert [one["seq"] for one in (resumed, violation, delta)] == [held["seq"] + n for n in (1, 2, 3)]

    other_key = await place.server.key("GBR", "observer")
    for key, view in (
        (None, {"resume": held | {"epoch": "other"}}),
        (None, {"resume": held, "bbox": [0, 0, 1, 1]}),
        (other_key, {"resume": held}),
    ):
        async with place.live(key) as socket:
            await socket.send(json.dumps(SUBSCRIBE | view))
            assert (await told(socket))["type"] == "snapshot"


async def test_6_a_view_is_changed_by_subscribing_again(place: Place) -> None:
    await place.push("positions", position(fresh("w")))
    async with place.live() as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        wide = await told(socket)
        await socket.send(json.dumps(SUBSCRIBE | {"bbox": [0, 0, 1, 1], "layers": ["tracks"]}))
        narrow = await told(socket, "snapshot")

    assert wide["tracks"]
    assert narrow["epoch"] != wide["epoch"]
    assert (narrow["tracks"], narrow["violations"]) == ([], [])


async def test_7_what_one_may_not_see_does_not_exist(place: Place) -> None:
    async with place.live(await place.server.key("GBR", "observer")) as socket:
        await socket.send(json.dumps(SUBSCRIBE))
        before = await told(socket, "snapshot")
        made = await place.violation(label=SECRET)
        await place.push("incidents", incident(fresh("secret"), label=SECRET))
        await place.push("positions", position(shown := fresh("shown")))
        after = await told(socket)
        while not after["tracks"]["upsert"]:
            after = await told(socket)

    assert made["label"] == SECRET
    assert {one["sources"][0]["unit"] for one in after["tracks"]["upsert"]} == {shown}
    assert "violations" not in after
    assert "incidents" not in after
    assert after["seq"] <= before["seq"] + 3  # nothing but what is his, and the feeds' health
    for path in (
        f"violations/{made['id']}", f"tracks/{made['track']}", f"tracks/{made['track']}/history",
        f"reports/{made['evidence']['reports'][0]}",
    ):  # fmt: skip
        assert (await place.officer.get(f"/api/v1/{path}")).status_code == 200
        is_problem(await place.other.get(f"/api/v1/{path}"), 404)
    unit = made["units"][0]["unit"]
    assert await place.find(place.other, unit) is None
    assert await place.find(place.other, unit, "violations") is None
    assert "secret" not in (await place.other.get("/api/v1/picture")).text


async def test_8_a_hook_is_signed_filtered_and_sent_again(place: Place) -> None:
    asked = {
        "url": place.receiver.url,
        "events": ["violation.confirmed", "violation.changed", "incident.created"],
        "filter": {"rules": [], "features": [], "severity": "high"},
        "secret": None,
    }
    is_problem(await place.device.post("/api/v1/hooks", json=asked), 403)
    answer = await place.officer.post("/api/v1/hooks", json=asked)
    assert answer.status_code < 300
    hook = answer.json()
    place.receiver.secret = hook["secret"]  # from here on, what is not signed with it is refused
    assert "secret" not in (await place.officer.get("/api/v1/hooks")).json()["hooks"][0]

    made = await place.violation()
    _, document = await place.received("violation.confirmed", made["id"])
    assert set(document) == {"type", "timestamp", "data"}
    assert document["data"]["url"].startswith("http")
    judgement = {"state": "acknowledged", "note": "private words", "revision": made["revision"]}
    await place.officer.post(f"/api/v1/violations/{made['id']}/assessment", json=judgement)
    _, changed = await place.received("violation.changed", made["id"])
    assert changed["data"]["assessment"]["state"] == "acknowledged"
    assert "private words" not in json.dumps(changed)
    quiet, loud = fresh("quiet"), fresh("loud")
    await place.push("incidents", incident(quiet, severity="low"), incident(loud))
    await place.push("positions", *crossing(hushed := fresh("hushed"), label={"caveats": ["NO_WEBHOOK"]}))
    await place.received("incident.created", loud)

    path = f"/api/v1/hooks/{hook['id']}"
    log = (await place.officer.get(f"{path}/deliveries")).json()["deliveries"]
    assert {one["state"] for one in log} == {"delivered"}
    before = [name for name, _ in place.receiver.taken]
    assert (await place.officer.post(f"{path}/redeliver", json={"since": "2020-01-01T00:00:00Z"})).status_code == 200

    async def twice() -> bool:
        return len(place.receiver.taken) >= 2 * len(before)

    await eventually(twice, 10)
    assert {name for name, _ in place.receiver.taken} == set(before)
    assert not any(word in json.dumps(place.receiver.taken) for word in (quiet, hushed))
    assert (await place.officer.delete(path)).status_code < 300
    is_problem(await place.officer.get(path), 404)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://169.254.169.254/", "http://93.184.216.34/", "ftp://127.0.0.1/", "https://"]
)
async def test_8_hooks_go_only_where_they_may(place: Place, url: str) -> None:
    asked = {"url": url, "events": ["violation.confirmed"]}

    is_problem(await place.officer.post("/api/v1/hooks", json=asked), 422)


async def test_8_a_redirect_is_a_failure(place: Place, httpserver: Any) -> None:
    httpserver.expect_request("/moved").respond_with_data(status=302, headers={"Location": httpserver.url_for("/new")})
    asked = {"url": httpserver.url_for("/moved").replace("localhost", "127.0.0.1"), "events": ["violation.confirmed"]}
    hook = (await place.officer.post("/api/v1/hooks", json=asked)).json()
    await place.violation()

    async def tried() -> dict[str, Any] | None:
        log = (await place.officer.get(f"/api/v1/hooks/{hook['id']}/deliveries")).json()["deliveries"]
        return log[0] if log and log[0]["attempts"] else None

    delivery = await eventually(tried, 10)
    assert delivery["state"] == "pending"
    assert delivery["attempts"][0]["status"] == 302
    assert {request.path for request, _ in httpserver.log} == {"/moved"}
    await asyncio.gather(place.officer.delete(f"/api/v1/hooks/{hook['id']}"))
