"""Abusive bodies: each is answered with a 4xx problem that names the field and repeats nothing."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.receivers import Receiver, position, receiver
from tests.feeds.abuse import Abuse, corpus

BREAKS_A_BATCH = ("deep nesting in a field", "deep nesting of objects", "NUL as such", "cut off")
"""What leaves nobody able to tell the items of a batch apart."""


@pytest_asyncio.fixture
async def taking(tmp_path: Path) -> AsyncIterator[Receiver]:
    async with receiver(tmp_path) as one:
        yield one


@pytest.mark.parametrize("abuse", corpus(), ids=lambda abuse: abuse.name)
async def test_abuse_is_a_4xx_problem_that_names_the_field(taking: Receiver, abuse: Abuse) -> None:
    async with taking.client() as client:
        answer = await client.post("positions", content=abuse.body, headers={"content-type": abuse.type})

    document = answer.json()
    assert (answer.status_code, document["code"], document.get("field")) == (abuse.status, abuse.code, abuse.field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["status"] == answer.status_code
    if abuse.field:
        assert document["detail"].startswith(f"{abuse.field}: ")
    assert taking.journal.head() == 0


@pytest.mark.parametrize("abuse", corpus(), ids=lambda abuse: abuse.name)
async def test_no_answer_repeats_a_value(taking: Receiver, abuse: Abuse) -> None:
    marked = abuse.body.replace(b"car-7", b"xyzzy").replace(b"33.36", b"77.1234567")
    async with taking.client() as client:
        answer = await client.post("positions", content=marked, headers={"content-type": abuse.type})

    for echo in ("xyzzy", "77.123", "<script>", "nobody", "tank", "XYZ", "1003", "secret"):
        assert echo not in answer.text
    assert not re.search(r"line \d+|column|byte \d|Traceback|msgspec|app/", answer.text)


async def test_good_items_of_a_batch_are_taken_when_others_are_bad(taking: Receiver) -> None:
    singles = [one for one in corpus() if one.field and one.name not in BREAKS_A_BATCH]
    good = [json.dumps(position(unit=f"car-{number}")).encode() for number in range(len(singles))]
    items = [item for pair in zip(good, (one.body for one in singles), strict=True) for item in pair]

    async with taking.client() as client:
        answer = await client.post(
            "positions", content=b"[" + b",".join(items) + b"]", headers={"content-type": "application/json"}
        )

    document = answer.json()
    assert answer.status_code == 200
    assert document["accepted"] == len(good)
    assert [one["index"] for one in document["rejected"]] == list(range(1, len(items), 2))
    assert [row.item for row in await taking.quarantine()] == [one.body for one in singles]
    assert [row.detail for row in await taking.quarantine()] == [one["detail"] for one in document["rejected"]]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.text(max_size=100).map(str.encode)
    | st.recursive(st.none() | st.floats() | st.text(), lambda t: st.lists(t) | st.dictionaries(st.text(), t)).map(
        lambda value: json.dumps(value).encode()
    )
    | st.dictionaries(
        st.sampled_from(["unit", "observed_at", "lon", "lat", "label", "sidc", "count", "x"]),
        st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.lists(st.text()),
    ).map(lambda value: json.dumps(value).encode()),
    lines=st.booleans(),
    call=st.sampled_from(["positions", "drones", "incidents"]),
)
async def test_garbage_is_answered_with_4xx_only(taking: Receiver, body: bytes, lines: bool, call: str) -> None:
    kind = "application/x-ndjson" if lines else "application/json"
    async with taking.client() as client:
        answer = await client.post(call, content=body, headers={"content-type": kind})

    nothing = answer.json() == {"accepted": 0, "duplicates": 0, "rejected": []}
    assert 400 <= answer.status_code < 500 or (answer.status_code == 200 and nothing)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_good_body_with_a_byte_changed_never_makes_a_5xx(taking: Receiver, data: st.DataObject) -> None:
    body = bytearray(json.dumps([position(label={"caveats": ["ORCON"]}, remarks='a "b" \\ c')] * 2).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    async with taking.client() as client:
        answer = await client.post("positions", content=bytes(body), headers={"content-type": "application/json"})

    assert answer.status_code < 500
