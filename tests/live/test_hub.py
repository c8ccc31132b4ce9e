"""The hub: what is told at once, what waits, who is cut, and who may go on where he was."""

from typing import Any

import msgspec
import pytest

from app.access.principals import Principal
from app.live.frames import Delta, FeedFrame, Resumed, Snapshot, Subscribe, ViolationTold
from app.live.hub import FEEDS_S, MOST_CONNECTIONS, SHARED_SNAPSHOT, TooManyConnections
from app.live.session import RETAIN_S
from app.live.subscriber import LEAST_PROGRESS, ROOM
from tests.live.client import Client
from tests.live.world import FakeLine, World, marking, reader

PUBLIC = marking("ARG")
PRIVATE = marking("ARG", "ARG")


@pytest.fixture
def world() -> World:
    return World()


def joined(world: World, name: str = "arg", contingent: str | None = "ARG", **view: Any) -> Client:
    client = Client(reader(name, contingent), **view)
    client.connect(world.hub)
    return client


def line_of(client: Client) -> FakeLine:
    assert client.line is not None
    return client.line


def kinds(client: Client) -> list[object]:
    return [message["type"] for message in line_of(client).messages()]


def test_a_snapshot_comes_at_once_and_holds_what_is_so(world: World) -> None:
    world.moves("ARG", "7", 33.0, 35.0)
    world.finds("v1", PUBLIC)
    world.tells("ARG", "i1", PUBLIC, 33.0, 35.0)
    world.redraws("line")

    client = joined(world)

    [snapshot] = [msgspec.json.decode(message, type=Snapshot, strict=True) for message in line_of(client).sent]
    assert snapshot.seq == 1
    assert snapshot.mission.id == "m"
    assert [(track.sources[0].unit, track.lon, track.lat) for track in snapshot.tracks] == [("7", 33.0, 35.0)]
    assert [violation.id for violation in snapshot.violations] == ["v1"]
    assert [incident.incident for incident in snapshot.incidents] == ["i1"]
    assert [feature.id for feature in snapshot.features] == ["line"]


def test_layers_that_were_not_asked_for_are_empty_and_stay_silent(world: World) -> None:
    world.moves("ARG", "7", 33.0, 35.0)
    client = joined(world, layers=("features",))
    world.moves("ARG", "7", 33.1, 35.0)
    world.finds("v1", PUBLIC)
    world.passes(0.75)

    assert set(kinds(client)) == {"snapshot", "ping"}
    assert line_of(client).messages()[0]["tracks"] == []


def test_a_violation_is_told_before_any_tick(world: World) -> None:
    client = joined(world)

    world.finds("v1", PUBLIC)

    told = msgspec.json.decode(line_of(client).sent[-1], type=ViolationTold, strict=True)
    assert (told.seq, told.violation.id, told.violation.revision) == (2, "v1", 1)


def test_a_track_moves_at_the_next_tick_and_only_where_something_is_seen(world: World) -> None:
    own, other = joined(world), joined(world, "gbr", "GBR")
    world.passes(0.25)
    world.moves("ARG", "7", 33.0, 35.0, PRIVATE)
    before = len(line_of(own).sent), len(line_of(other).sent)
    world.now_s += 0.25
    world.hub.tick()

    assert len(line_of(other).sent) == before[1]
    delta = msgspec.json.decode(line_of(own).sent[before[0]], type=Delta, strict=True)
    assert [track.sources[0].unit for track in delta.tracks.upsert] == ["7"]
    assert delta.incidents is None


def test_a_track_that_leaves_the_box_is_removed_and_comes_back_whole(world: World) -> None:
    client = joined(world, bbox=(32.0, 34.0, 34.0, 36.0))
    for lon in (33.0, 35.0, 33.5):
        world.moves("ARG", "7", lon, 35.0)
        world.passes(0.25)
        client.reads()
        assert client.shown_tracks() == ({"ARG/7": (lon, 35.0)} if lon < 34 else {})


def test_a_box_over_the_antimeridian_holds_both_its_sides(world: World) -> None:
    for unit, lon in enumerate((179.5, -179.5, 170.0, -170.0)):
        world.moves("ARG", str(unit), lon, 0.0)

    client = joined(world, bbox=(179.0, -1.0, -179.0, 1.0))
    client.reads()

    assert set(client.shown_tracks()) == {"ARG/0", "ARG/1"}


def test_a_restricted_report_never_hides_the_older_one_that_may_be_seen(world: World) -> None:
    other = joined(world, "gbr", "GBR")
    world.moves("ARG", "7", 33.0, 35.0)
    world.passes(0.25)
    world.moves("ARG", "7", 34.0, 36.0, PRIVATE)
    world.passes(0.25)
    other.reads()

    assert other.shown_tracks() == {"ARG/7": (33.0, 35.0)}


def test_a_violation_that_becomes_restricted_is_taken_back(world: World) -> None:
    other = joined(world, "gbr", "GBR")
    world.finds("v1", PUBLIC)
    world.finds("v1", PRIVATE)
    world.passes(0.25)
    other.reads()

    assert other.violations == {}
    assert other.told == [("v1", 1)]


def test_a_resume_continues_the_numbers_with_what_was_missed(world: World) -> None:
    client = joined(world)
    client.reads()
    world.finds("lost on the way", PUBLIC)
    client.parts(world.hub)
    world.moves("ARG", "7", 33.0, 35.0)
    world.finds("while away", PUBLIC)
    world.passes(60)

    client.connect(world.hub)

    resumed, first, second, delta = line_of(client).sent
    assert msgspec.json.decode(resumed, type=Resumed, strict=True).seq == 2
    assert msgspec.json.decode(first, type=ViolationTold).violation.id == "lost on the way"
    assert msgspec.json.decode(second, type=ViolationTold).seq == 4
    assert msgspec.json.decode(delta, type=Delta).tracks.upsert[0].lon == 33.0
    client.reads()
    assert client.seq == 5


def test_a_resume_after_long_or_of_another_stream_is_a_snapshot(world: World) -> None:
    client, other = joined(world), joined(world, "arg2", "ARG")
    client.reads()
    other.reads()
    other.epoch, stolen = client.epoch, other.epoch
    other.parts(world.hub)
    other.connect(world.hub)
    assert kinds(other) == ["snapshot"]

    client.seq = 99
    client.parts(world.hub)
    client.connect(world.hub)
    assert kinds(client) == ["snapshot"]

    client.reads()
    client.parts(world.hub)
    world.passes(RETAIN_S + 2)
    client.connect(world.hub)
    assert kinds(client) == ["snapshot"]
    assert stolen is not None


def test_who_resumes_elsewhere_is_cut_where_he_was(world: World) -> None:
    client = joined(world)
    client.reads()
    old = line_of(client)

    client.connect(world.hub)

    assert kinds(client) == ["resumed"]
    assert old.closed is not None
    assert old.closed[0] == 4009


def test_a_blocked_client_gets_the_newest_of_each_track_and_every_violation(world: World) -> None:
    client = joined(world)
    client.reads()
    line_of(client).blocked = True
    world.moves("ARG", "0", 30.0, 35.0)
    world.passes(0.25)  # this delta fills the buffer
    sent = len(line_of(client).sent)
    for n in range(20):
        world.moves("ARG", "7", 33.0 + n / 100, 35.0)
        world.finds("v1", PUBLIC)
        world.passes(0.25)
    line_of(client).reads()
    world.passes(0.25)

    later = [msgspec.json.decode(message) for message in line_of(client).sent[sent:]]
    client.reads()
    assert [revision for _, revision in client.told] == list(range(1, 21))
    assert sum(len(message["tracks"]["upsert"]) for message in later if message["type"] == "delta") == 1
    assert client.shown_tracks()["ARG/7"] == (33.19, 35.0)


def test_nothing_is_added_to_a_full_buffer_not_even_violations(world: World) -> None:
    client = joined(world)
    line_of(client).blocked = True
    while line_of(client).backlog() < ROOM:
        world.finds("v1", PUBLIC)
    full = line_of(client).backlog()

    for _ in range(1000):
        world.finds("v1", PUBLIC)

    assert line_of(client).backlog() == full
    line_of(client).blocked = False
    line_of(client).reads()
    world.passes(0.25)
    client.reads()
    assert [revision for _, revision in client.told] == list(range(1, world.violations["v1"].revision + 1))


def test_a_client_that_stops_reading_is_cut_within_ten_seconds_and_resumes(world: World) -> None:
    stuck, other = joined(world), joined(world, "gbr", "GBR")
    stuck.reads()
    line_of(stuck).blocked = True
    world.moves("ARG", "7", 33.0, 35.0)
    world.passes(10)

    assert (line_of(stuck).closed or (0, ""))[0] == 4008
    assert line_of(other).closed is None
    assert kinds(other).count("ping") == 10
    stuck.connect(world.hub)
    stuck.reads()
    assert stuck.resumes == 1
    assert stuck.shown_tracks() == {"ARG/7": (33.0, 35.0)}


def test_a_slow_link_that_keeps_reading_is_not_cut(world: World) -> None:
    client = joined(world)
    line_of(client).blocked = True
    line_of(client).send([(b"x" * 2_000_000,)])
    for _ in range(30):
        world.passes(1)
        line_of(client).reads(LEAST_PROGRESS // 4)

    assert line_of(client).closed is None


def test_a_revoked_principal_is_cut_at_the_next_tick_and_cannot_resume(world: World) -> None:
    who = reader("arg", "ARG")
    valid: list[Principal | None] = [who.principal]
    line = FakeLine()
    subscriber = world.hub.attach(line, who.principal, lambda: valid[0])
    world.hub.subscribe(subscriber, Subscribe())
    valid[0] = None
    world.passes(0.25)
    world.finds("v1", PUBLIC)

    assert line.closed is not None
    assert line.closed[0] == 4401
    assert [message["type"] for message in line.messages()] == ["snapshot"]
    assert world.hub.connections == 0


def test_narrower_rights_begin_a_new_stream_without_what_is_hidden_now(world: World) -> None:
    world.moves("GBR", "1", 33.0, 35.0, marking("GBR", "GBR"))
    client = Client(reader("hq", None, "GBR"))
    client.connect(world.hub)
    client.reads()
    assert set(client.shown_tracks()) == {"GBR/1"}

    client.who = reader("hq", None)
    world.passes(0.25)
    client.reads()

    assert client.shown_tracks() == {}
    assert client.snapshots == 2


def test_pings_come_every_second_whether_or_not_anything_happens(world: World) -> None:
    client = joined(world)
    world.passes(5)

    pings = [message for message in line_of(client).messages() if message["type"] == "ping"]
    assert len(pings) == 5
    assert set(pings[0]) == {"type", "at", "lag_s"}


def test_feeds_are_told_as_they_change_to_those_who_may_know(world: World) -> None:
    feed = FeedFrame("ARG/positions", "ARG", "positions", "live", None, 1.0, 1, 0, 0, None)
    own, other = joined(world), joined(world, "gbr", "GBR")
    world.feeds = [feed]
    world.passes(FEEDS_S + 0.25)
    own.reads()
    assert own.feeds["ARG/positions"]["rate_per_min"] == 1.0

    world.feeds = []
    world.passes(FEEDS_S + 0.25)
    own.reads()
    assert own.feeds == {}
    assert "delta" not in kinds(other)


def test_large_snapshots_of_a_tick_are_drawn_once(world: World) -> None:
    for unit in range(800):
        world.moves("ARG", str(unit), 33.0, 35.0)
    first = joined(world)
    world.moves("ARG", "0", 34.0, 35.0)
    second = joined(world, "arg2", "ARG")

    assert len(line_of(first).sent[0]) > SHARED_SNAPSHOT
    assert line_of(first).messages()[0]["tracks"] == line_of(second).messages()[0]["tracks"]
    world.passes(0.25)
    second.reads()
    assert second.shown_tracks()["ARG/0"] == (34.0, 35.0)


def test_a_view_that_changes_often_is_answered_once_a_tick(world: World) -> None:
    client = joined(world)
    for west in range(20):
        client.bbox = (float(west), 0.0, 40.0, 40.0)
        client.asks(world.hub)
    assert kinds(client) == ["snapshot"]

    world.passes(0.25)

    assert kinds(client).count("snapshot") == 2


def test_one_principal_has_a_limited_number_of_connections(world: World) -> None:
    who = reader("arg", "ARG")
    for _ in range(MOST_CONNECTIONS):
        world.hub.attach(FakeLine(), who.principal, lambda: who.principal)

    with pytest.raises(TooManyConnections):
        world.hub.attach(FakeLine(), who.principal, lambda: who.principal)
    world.hub.attach(FakeLine(), reader("gbr", "GBR").principal, lambda: who.principal)


def test_every_message_is_what_the_frames_say(world: World) -> None:
    client = joined(world)
    world.moves("ARG", "7", 33.0, 35.0)
    world.finds("v1", PUBLIC)
    world.tells("ARG", "i1", PUBLIC, 33.0, 35.0)
    world.redraws("line")
    world.passes(1)
    shapes: dict[object, Any] = {"snapshot": Snapshot, "delta": Delta, "violation": ViolationTold}

    for message, kind in zip(line_of(client).sent, kinds(client), strict=True):
        if kind in shapes:
            frame = msgspec.json.decode(message, type=shapes[kind], strict=True)
            # Equal as text: no field is there that the frame does not have, and none is missing.
            assert msgspec.json.decode(msgspec.json.encode(frame)) == msgspec.json.decode(message)
