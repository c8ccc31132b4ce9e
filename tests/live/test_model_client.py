"""Whatever happens to a connection, the client ends with what the server holds for it, and no violation is missed."""

from random import Random
from typing import Any

import pytest

from app.model.label import Marking
from tests.live.client import Client
from tests.live.world import World, marking, reader

BOXES = (None, (30.0, 30.0, 33.0, 36.0), (32.0, 34.0, 40.0, 40.0))
DRONE = b'{"serial":"S-1"}'
MARKS = (
    marking("ARG"),
    marking("ARG", "ARG"),
    marking("ARG", "HQ"),
    marking("GBR"),
    marking("GBR", "GBR", "HQ"),
)


class Play:
    """One seed: a world, its clients, and what may happen."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.world = World()
        self.clients = [
            Client(reader("arg", "ARG")),
            Client(reader("gbr", "GBR")),
            Client(reader("hq", None)),
            Client(reader("gbr2", "GBR"), bbox=BOXES[1]),
            Client(reader("arg2", "ARG"), columns=True),
            Client(reader("gbr3", "GBR"), bbox=BOXES[2], columns=True),
        ]
        self.said: dict[tuple[str, str], tuple[Marking, dict[str, Any]]] = {}
        self.begun: dict[tuple[int, str], int] = {}  # client and epoch → revisions told before its snapshot

    def run(self, steps: int) -> None:
        happenings = [
            (30, self.move), (10, self.find), (6, self.incident), (2, self.redraw), (30, self.tick), (24, self.read),
            (16, self.connect), (8, self.part), (3, self.change_view), (3, self.change_rights), (1, self.kill),
            (4, self.block), (1, self.nap),
        ]  # fmt: skip
        for _ in range(steps):
            [happening] = self.chance.choices([it for _, it in happenings], [weight for weight, _ in happenings])
            happening()
            self.note_snapshots()
        self.settle()

    def move(self) -> None:
        """A unit moves: mostly as who it was before, else under another marking or telling other things of itself."""
        contingent, unit = self.chance.choice(["ARG", "GBR"]), str(self.chance.randrange(4))
        if (contingent, unit) not in self.said or self.chance.random() < 0.3:
            mark = self.chance.choice([it for it in MARKS if it.originators == (contingent,)])
            more = self.chance.choice(({}, {}, {"callsign": "KITE"}, {"altitude_m": 120.25}, {"drone": DRONE}))
            self.said[contingent, unit] = mark, more
        mark, more = self.said[contingent, unit]
        lon, lat = self.chance.uniform(31, 35), self.chance.uniform(33, 37)
        self.world.moves(contingent, unit, round(lon, 6), round(lat, 6), mark, **more)

    def find(self) -> None:
        keys = [f"v{self.chance.randrange(6)}" for _ in range(self.chance.choice([1, 1, 3]))]
        self.world.finds_all(*((key, self.chance.choice(MARKS)) for key in keys))

    def incident(self) -> None:
        mark = self.chance.choice(MARKS)
        lon, lat = self.chance.choice([31.5, 34.5]), self.chance.choice([34.5, 38.0])
        self.world.tells(mark.originators[0], str(self.chance.randrange(3)), mark, lon, lat)

    def redraw(self) -> None:
        self.world.redraws(*self.chance.sample(["a", "b", "c", "d"], self.chance.randrange(4)))

    def tick(self) -> None:
        self.world.passes(0.25)

    def read(self) -> None:
        for client in self.clients:
            if client.line is not None:
                client.line.reads()
                client.reads(self.chance.choice([None, 1, 2]))

    def connect(self) -> None:
        client = self.chance.choice(self.clients)
        if client.line is None or self.chance.random() < 0.2:  # at times before the old one is known to be dead
            client.connect(self.world.hub, resume=self.chance.random() < 0.9)

    def part(self) -> None:
        client = self.chance.choice(self.clients)
        if client.subscriber is not None:
            client.parts(self.world.hub)

    def change_view(self) -> None:
        client = self.chance.choice(self.clients)
        client.bbox = self.chance.choice([client.bbox, *BOXES])
        if client.subscriber is not None:
            client.asks(self.world.hub, resume=self.chance.random() < 0.5)

    def change_rights(self) -> None:
        client = self.clients[2]
        client.who = reader("hq", None, *self.chance.choice([(), ("ARG",), ("GBR",)]))

    def kill(self) -> None:
        for client in self.clients:
            client.line = client.subscriber = None
        self.world.hub_anew()

    def block(self) -> None:
        client = self.chance.choice(self.clients)
        if client.line is not None:
            client.line.blocked = not client.line.blocked

    def nap(self) -> None:
        self.world.passes(self.chance.choice([10, 100]))

    def note_snapshots(self) -> None:
        """Remember when each client's present epoch began, as it was sent and not as it was read."""
        for n, client in enumerate(self.clients):
            session = client.subscriber.session if client.subscriber is not None else None
            if session is not None and (n, session.epoch) not in self.begun:
                self.begun[n, session.epoch] = len(self.world.revisions)

    def settle(self) -> None:
        """Everybody comes back, catches up, and holds what is so."""
        for client in self.clients:
            if client.line is None or client.line.closed is not None:
                client.connect(self.world.hub)
            assert client.line is not None
            client.line.blocked = False
            client.line.reads()
        self.world.passes(1)
        self.note_snapshots()
        for n, client in enumerate(self.clients):
            client.reads()
            assert client.line is not None
            assert client.line.closed is None
            assert client.shown_tracks() == self.world.tracks_for(client.who, client.bbox)
            assert client.shown_incidents() == self.world.incidents_for(client.who, client.bbox)
            assert client.shown_violations() == self.world.violations_for(client.who)
            assert set(client.features) == {feature.id for feature in self.world.source.mission.features}
            assert len(client.told) == len(set(client.told))
            assert client.epoch is not None
            owed = self.world.revisions[self.begun[n, client.epoch] :]
            assert client.told == [(v.id, v.revision) for v in owed if client.who.sees(v.marking)]
            assert client.tracks == self.whole_tracks(client)

    def whole_tracks(self, client: Client) -> dict[str, Any]:
        """What one who comes just now, and knows no columns, is told of all tracks."""
        fresh = Client(client.who, client.bbox)
        fresh.connect(self.world.hub)
        fresh.reads()
        fresh.parts(self.world.hub)
        return fresh.tracks


@pytest.mark.parametrize("seed", range(120))
def test_the_client_ends_with_the_servers_view_and_every_violation_once(seed: int) -> None:
    Play(seed).run(120)


def test_the_plays_exercise_both_resumes_and_snapshots() -> None:
    plays = [Play(seed) for seed in range(20)]
    for play in plays:
        play.run(120)

    assert sum(client.resumes for play in plays for client in play.clients) > 30
    assert sum(client.snapshots for play in plays for client in play.clients) > 100
    assert sum(client.moved for play in plays for client in play.clients) > 50
