"""The calls that take reports, answer by answer, on a real store."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from app.api.rates import Rates
from app.model.identity import Unit
from app.model.label import Label, Marking
from app.model.report import DRONE, FUTURE, NULL_ISLAND, OUT_OF_ORDER, TOO_LATE
from tests.api.receivers import Receiver, position, receiver


@pytest_asyncio.fixture
async def taking(tmp_path: Path) -> AsyncIterator[Receiver]:
    async with receiver(tmp_path) as one:
        yield one


async def post(taking: Receiver, call: str, body: Any, key: str = "arg") -> tuple[int, Any]:
    async with taking.client(key) as client:
        answer = await client.post(call, json=body)
    return answer.status_code, answer.json()


def taken(accepted: int = 0, duplicates: int = 0, rejected: list[Any] | None = None) -> dict[str, Any]:
    return {"accepted": accepted, "duplicates": duplicates, "rejected": rejected or []}


def at(minute: int, **named: Any) -> dict[str, Any]:
    return position(observed_at=f"2026-09-23T11:{minute:02d}:00Z", **named)


async def test_one_object_an_array_and_lines_are_taken(taking: Receiver) -> None:
    lines = "\n".join(json.dumps(at(minute)) for minute in (4, 5, 6)).encode()

    async with taking.client() as client:
        one = await client.post("positions", json=at(1))
        array = await client.post("positions", json=[at(2), at(3)])
        rows = await client.post("positions", content=lines, headers={"content-type": "application/x-ndjson"})

    assert [answer.json() for answer in (one, array, rows)] == [taken(1), taken(2), taken(3)]
    assert sum(len(block) for block in await taking.blocks()) == 6


async def test_an_empty_array_is_200(taking: Receiver) -> None:
    assert await post(taking, "positions", []) == (200, taken())


async def test_what_is_kept_is_what_was_sent(taking: Receiver) -> None:
    sent = position(
        lon=33.123456789, lat=-35.5, altitude_m=12.5, altitude_ref="msl", accuracy_m=8, speed_m_s=1.25, course_deg=271,
        callsign="Falke 1", sidc="10031000001211000000", platform="vehicle", party="north", count=2, remarks="a\nb",
        report_id="r-1",
        label={"classification": "confidential", "releasable_to": ["GBR", "ARG"], "caveats": ["ORCON"]},
    )  # fmt: skip

    assert await post(taking, "positions", sent) == (200, taken(1))

    [block] = await taking.blocks()
    profile = taking.registry.profiles[int(block.profile[0])]
    numbers = ("lon_e7", "lat_e7", "altitude_m", "accuracy_m", "speed_m_s", "course_deg", "flags")
    assert [getattr(block, name)[0] for name in numbers] == [331234568, -355000000, 12.5, 8.0, 1.25, 271.0, 0]
    assert taking.registry.units[int(block.slot[0])] == Unit("ARG", "car-7")
    assert profile[:5] == ("Falke 1", "10031000001211000000", "vehicle", "north", "msl")
    label = Label("confidential", ("ARG", "GBR"), ("ORCON",))
    assert taking.registry.markings[profile.marking] == Marking(("ARG",), label)
    assert json.loads(block.extras[0]) == {"count": 2, "remarks": "a\nb", "report_id": "r-1"}
    [batch] = block.batches
    assert (batch.rows, batch.key_id, batch.contingent, batch.feed) == (1, "key-arg", "ARG", "positions")


async def test_what_is_not_given_has_its_default(taking: Receiver) -> None:
    await post(taking, "positions", position())

    [block] = await taking.blocks()
    profile = taking.registry.profiles[int(block.profile[0])]
    assert profile[:5] == (None, None, None, "mission", "hae")
    assert taking.registry.markings[profile.marking] == Marking(("ARG",), Label())
    assert np.isnan([block.altitude_m[0], block.accuracy_m[0], block.speed_m_s[0], block.course_deg[0]]).all()
    assert block.extra[0] == -1


async def test_a_drone_brings_its_operator_and_its_sensor(taking: Receiver) -> None:
    footprint = {"type": "Polygon", "coordinates": [[[33, 35], [33.1, 35], [33.1, 35.1], [33, 35]]]}
    sent = position(
        operator_lon=33.3, operator_lat=35.1, serial="1581F", sensor={"heading_deg": 10, "footprint": footprint}
    )

    assert await post(taking, "drones", sent) == (200, taken(1))

    [block] = await taking.blocks()
    assert taking.registry.profiles[int(block.profile[0])].platform == "uav"
    assert block.flags[0] == DRONE
    assert json.loads(block.extras[0]) == {name: sent[name] for name in sorted(sent) if name not in position()}


async def test_a_drone_field_is_no_field_of_a_position(taking: Receiver) -> None:
    status, document = await post(taking, "positions", position(serial="1581F"))

    assert (status, document["code"], document["field"]) == (422, "rejected", "serial")
    assert document["rejected"] == [{"index": 0, "code": "unknown_field", "detail": "serial: not a field of this call"}]


async def test_a_footprint_must_be_closed(taking: Receiver) -> None:
    footprint = {"type": "Polygon", "coordinates": [[[33, 35], [33.1, 35], [33.1, 35.1], [33, 35.2]]]}

    _, document = await post(taking, "drones", position(sensor={"footprint": footprint}))

    assert (document["field"], document["rejected"][0]["code"]) == ("sensor.footprint", "bad_geometry")


async def test_the_same_again_is_a_duplicate_for_ever(tmp_path: Path) -> None:
    async with receiver(tmp_path) as taking:
        await post(taking, "positions", [at(1), at(2, remarks="x", accuracy_m=3)])
        assert await post(taking, "positions", [at(2, accuracy_m=3, remarks="x"), at(1)]) == (200, taken(0, 2))
    async with receiver(tmp_path) as taking:
        assert await post(taking, "positions", [at(1), at(2, remarks="x", accuracy_m=3)]) == (200, taken(0, 2))
        assert len(await taking.blocks()) == 1


@pytest.mark.parametrize(
    "change",
    [{"lon": 33.3600001}, {"altitude_m": 1}, {"speed_m_s": 0}, {"callsign": "x"}, {"remarks": "x"}, {"report_id": "x"},
     {"label": {"classification": "confidential"}}, {"platform": "foot"}],
)  # fmt: skip
async def test_other_content_under_a_known_key_is_a_conflict(taking: Receiver, change: dict[str, Any]) -> None:
    await post(taking, "positions", position())

    status, document = await post(taking, "positions", position(**change))

    detail = "the first report under this key says otherwise"
    assert status == 422
    assert document["rejected"] == [{"index": 0, "code": "conflict", "detail": detail}]
    [row] = await taking.quarantine()
    assert (row.code, row.feed, row.key_id, json.loads(row.item)) == (
        "conflict", "positions", "key-arg", position(**change),
    )  # fmt: skip


async def test_the_key_is_one_for_positions_and_drones(taking: Receiver) -> None:
    await post(taking, "positions", position(platform="uav"))

    assert await post(taking, "drones", position()) == (200, taken(0, 1))


async def test_one_content_sent_to_both_calls_is_one_report(taking: Receiver) -> None:
    label = {"classification": "confidential"}
    await post(taking, "positions", [at(1), at(2, label=label), at(3, platform="foot")])
    await post(taking, "drones", at(4))

    assert await post(taking, "drones", [at(1), at(2, label=label)]) == (200, taken(0, 2))
    assert await post(taking, "positions", at(4)) == (200, taken(0, 1))
    assert (await post(taking, "drones", at(3)))[1]["rejected"][0]["code"] == "conflict"


async def test_another_contingent_may_have_a_unit_of_that_name(taking: Receiver) -> None:
    await post(taking, "positions", position())

    assert await post(taking, "positions", position(lat=35.2), key="gbr") == (200, taken(1))


async def test_a_report_id_is_a_second_key(taking: Receiver) -> None:
    await post(taking, "positions", [at(1, report_id="r-1"), at(2, report_id="r-2")])

    assert await post(taking, "positions", at(1, report_id="r-1")) == (200, taken(0, 1))
    assert (await post(taking, "positions", at(3, report_id="r-1")))[1]["rejected"][0]["code"] == "conflict"
    assert await post(taking, "positions", at(3, report_id="r-1", unit="car-8")) == (200, taken(1))


async def test_a_report_id_stands_for_one_report_of_a_batch(taking: Receiver) -> None:
    status, document = await post(taking, "positions", [at(1, report_id="r"), at(2, report_id="r"), at(2)])

    assert (status, document["accepted"]) == (200, 2)
    assert [(one["index"], one["code"]) for one in document["rejected"]] == [(1, "conflict")]


async def test_late_reports_are_flagged_and_never_refused(taking: Receiver) -> None:
    old = position(observed_at="2026-09-22T11:00:00Z")

    await post(taking, "positions", at(30))
    await post(taking, "positions", [at(10), at(40), at(20), old])

    first, second = await taking.blocks()
    assert first.flags.tolist() == [0]
    assert second.flags.tolist() == [OUT_OF_ORDER, 0, OUT_OF_ORDER, OUT_OF_ORDER | TOO_LATE]


async def test_the_future_and_null_island_move_nothing(taking: Receiver) -> None:
    future = position(observed_at="2026-09-23T12:05:00.000001Z")
    island = at(50, lon=0.0009, lat=-0.0009)

    await post(taking, "positions", [future, island, at(20)])
    assert await post(taking, "positions", [future, island]) == (200, taken(0, 2))
    assert (await post(taking, "positions", future | {"lat": 1}))[1]["rejected"][0]["code"] == "conflict"

    [block] = await taking.blocks()
    assert block.flags.tolist() == [FUTURE, NULL_ISLAND, 0]


async def test_five_minutes_ahead_is_not_the_future(taking: Receiver) -> None:
    await post(taking, "positions", position(observed_at="2026-09-23T12:05:00Z"))

    assert (await taking.blocks())[0].flags.tolist() == [0]


async def test_a_bad_line_is_rejected_by_its_index(taking: Receiver) -> None:
    lines = b"\n".join([json.dumps(at(1)).encode(), b"{", b"", json.dumps(at(2, lat=91)).encode(), b"\r"])

    async with taking.client() as client:
        answer = await client.post("positions", content=lines, headers={"content-type": "application/x-ndjson"})

    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    assert [(one["index"], one["code"]) for one in answer.json()["rejected"]] == [(1, "bad_json"), (3, "out_of_range")]
    assert [row.item for row in await taking.quarantine()] == [b"{", json.dumps(at(2, lat=91)).encode()]


async def test_a_single_bad_line_is_an_item_and_a_bad_object_a_bad_body(taking: Receiver) -> None:
    async with taking.client() as client:
        line = await client.post("positions", content=b"{nope", headers={"content-type": "application/x-ndjson"})
        body = await client.post("positions", content=b"{nope", headers={"content-type": "application/json"})

    assert (line.status_code, line.json()["code"], line.json()["rejected"][0]["index"]) == (422, "rejected", 0)
    assert (body.status_code, body.json()["code"]) == (400, "not_json")


async def test_a_dry_run_judges_and_keeps_nothing(taking: Receiver) -> None:
    await post(taking, "positions", at(1))
    body = [at(1), at(1, lat=1), at(2), at(2), at(3, unit="new", callsign="new"), at(4, lat=91)]

    async with taking.client() as client:
        dry = await client.post("positions?dry_run=1", json=body)
        head, units, profiles = taking.journal.head(), len(taking.registry.units), len(taking.registry.profiles)
        kept = await taking.quarantine()
        wet = await client.post("positions", json=body)

    assert dry.json() == wet.json()
    assert (dry.json()["accepted"], dry.json()["duplicates"]) == (2, 2)
    assert (head, units, profiles, kept) == (1, 1, 1, [])


async def test_a_dry_run_of_incidents_keeps_nothing(taking: Receiver) -> None:
    body = position(unit=None, incident="i-1", category="firing", title="Two shots")

    async with taking.client() as client:
        answer = await client.post("incidents?dry_run=true", json=[body, body])

    assert answer.json() == taken(1, 1)
    assert taking.journal.head() == 0


async def test_only_dry_run_may_be_asked(taking: Receiver) -> None:
    async with taking.client() as client:
        for query in ("dry_run=2", "dryrun=1", "dry_run=1&dry_run=1", "x=1", "dry_run"):
            answer = await client.post(f"positions?{query}", json=position())
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter")


async def test_an_incident_told_again_is_amended(taking: Receiver) -> None:
    told = position(unit=None, incident="i-1", category="firing", title="Two shots")
    amended = told | {"title": "Three shots", "severity": "high"}

    assert await post(taking, "incidents", told) == (200, taken(1))
    assert await post(taking, "incidents", told | {"observed_at": "2026-09-23T14:00:00+02:00"}) == (200, taken(0, 1))
    assert await post(taking, "incidents", [amended, told, amended]) == (200, taken(1, 2))
    assert await post(taking, "incidents", told, key="gbr") == (200, taken(1))

    versions = await taking.incidents()
    assert [(one.contingent, one.version, one.title) for one in versions] == [
        ("ARG", 1, "Two shots"), ("ARG", 2, "Three shots"), ("GBR", 1, "Two shots"),
    ]  # fmt: skip
    assert (versions[0].severity, versions[1].severity) == ("info", "high")


async def test_an_incident_is_as_strict_as_a_position(taking: Receiver) -> None:
    told = position(unit=None, incident="i-1", category="firing", title="Two shots")
    for change, field, code in (
        ({"lat": 91}, "lat", "out_of_range"),
        ({"title": "a\u0007"}, "title", "bad_text"),
        ({"severity": "critical"}, "severity", "bad_value"),
        ({"party": "nobody"}, "party", "unknown_party"),
        ({"observer_lon": 33.0}, "observer_lat", "missing_field"),
        ({"unit": "car-7"}, "unit", "unknown_field"),
    ):
        status, document = await post(taking, "incidents", told | change)
        assert (status, document["field"], document["rejected"][0]["code"]) == (422, field, code)


async def test_the_same_report_sent_at_once_by_many_is_accepted_once(taking: Receiver) -> None:
    body = [at(minute, report_id=f"r-{minute}") for minute in range(10)]

    answers = await asyncio.gather(*(post(taking, "positions", body if n % 2 else body[::-1]) for n in range(20)))

    assert sum(answer["accepted"] for _, answer in answers) == 10
    assert sum(answer["duplicates"] for _, answer in answers) == 190
    assert sum(len(block) for block in await taking.blocks()) == 10


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("wrong", 401), ("eye", 403), ("all", 403)])
async def test_only_a_key_of_a_contingent_that_may_write_reports(taking: Receiver, key: str, status: int) -> None:
    async with taking.client(key) as client:
        answer = await client.post("positions", json=position())

    assert answer.status_code == status
    assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"content-type": "text/plain"}, 415), ({"content-type": "application/json; charset=latin-1"}, 415),
     ({"content-encoding": "br", "content-type": "application/json"}, 415),
     ({"content-type": "application/json; charset=UTF-8"}, 200)],
)  # fmt: skip
async def test_other_media_are_refused(taking: Receiver, headers: dict[str, str], status: int) -> None:
    async with taking.client() as client:
        answer = await client.post("positions", content=json.dumps(position()), headers=headers)

    assert answer.status_code == status


async def test_gzip_is_inflated_under_a_cap(taking: Receiver) -> None:
    good = gzip.compress(json.dumps([position()]).encode())
    bombs = [gzip.compress(b" " * 11_000_000), gzip.compress(b"[" + b" " * 1_500_000 + b"]")]
    headers = {"content-encoding": "gzip", "content-type": "application/json"}

    async with taking.client() as client:
        taken_in = await client.post("positions", content=good, headers=headers)
        exploded = [await client.post("positions", content=bomb, headers=headers) for bomb in bombs]
        broken = [await client.post("positions", content=b, headers=headers) for b in (good[:-4], good * 2, b"{}")]

    assert taken_in.json() == taken(1)
    assert [answer.status_code for answer in exploded] == [413, 413]
    assert [(answer.status_code, answer.json()["code"]) for answer in broken] == [(400, "not_json")] * 3


async def test_bytes_are_counted_as_they_arrive(taking: Receiver) -> None:
    async def without_length() -> AsyncIterator[bytes]:
        yield b"["
        for _ in range(200):
            yield b" " * 100_000

    async with taking.client() as client:
        answer = await client.post("positions", content=without_length(), headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_key_that_sends_too_much_is_told_to_wait(tmp_path: Path) -> None:
    clock = [0.0]
    async with receiver(tmp_path, rates=Rates(1.0, 3.0), monotonic_s=lambda: clock[0]) as taking:
        async with taking.client() as client:
            first = await client.post("positions", json=[at(minute) for minute in range(5)])
            second = await client.post("positions", json=at(6))
            clock[0] = float(second.headers["retry-after"])
            third = await client.post("positions", json=at(6))
        other = await post(taking, "positions", position(), key="gbr")

    assert [answer.status_code for answer in (first, second, third)] == [200, 429, 200]
    assert second.json()["code"] == "rate_limited"
    assert other[0] == 200


async def test_other_methods_and_paths_go_where_they_belong(taking: Receiver) -> None:
    async with taking.client() as client:
        wrong = await client.put("positions", json=position())
        elsewhere = await client.get("tracks")
        listed = await client.get("incidents")

    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert (elsewhere.text, listed.text) == ("elsewhere", "elsewhere")


async def test_refused_reports_show_in_feed_health(taking: Receiver) -> None:
    await post(taking, "positions", at(1))
    await post(taking, "positions", [at(1), at(1, lat=91)])

    [state] = taking.feeds.seen(np.ones(len(taking.registry.markings), np.bool_), "ARG", taking.now_us[0])
    assert (state.duplicates, state.rejected) == (1, 1)
