"""Two worlds that differ only in what a reader may not see give him the same bytes, message for message."""

from random import Random

import pytest

from tests.live.client import Client
from tests.live.world import World, marking, reader

HIDDEN = (marking("ARG", "ARG"), marking("ARG", "HQ"))
SHOWN = (marking("ARG"), marking("GBR"), marking("GBR", "GBR"))
UNITS = ("0", "1", "2", "3")


def story(seed: int, with_hidden: bool) -> list[list[bytes]]:
    """Play a seeded story for a reader of GBR; hidden things happen only where asked for. Return what he was sent."""
    chance, secret = Random(seed), Random(-seed - 1)
    world = World()
    world.register("ARG", *UNITS)
    world.register("GBR", *UNITS)
    client = Client(reader("gbr", "GBR"), bbox=chance.choice([None, (30.0, 30.0, 33.0, 36.0)]))
    sent: list[list[bytes]] = []
    client.connect(world.hub)
    for step in range(100):
        world.moment = 2 * step
        if secret.random() < 0.5:
            happening = secret.randrange(4)
            if with_hidden:
                hide(world, secret, happening)
        world.moment = 2 * step + 1
        happening = chance.randrange(8)
        if happening < 2:
            mark = chance.choice(SHOWN)
            lon, lat = chance.uniform(31, 35), chance.uniform(33, 37)
            world.moves(mark.originators[0], chance.choice(UNITS), lon, lat, mark)
        elif happening == 2:
            world.finds(f"seen{chance.randrange(3)}", chance.choice(SHOWN))
        elif happening == 3:
            mark = chance.choice(SHOWN)
            world.tells(mark.originators[0], str(chance.randrange(3)), mark, chance.uniform(31, 35), 35.0)
        elif happening < 7:
            world.passes(0.25)
        else:
            assert client.line is not None
            client.reads()
            sent.append(client.line.sent)
            client.parts(world.hub)
            if chance.random() < 0.3:
                client.bbox = (31.0, 33.0, 34.0, 36.0)
            world.passes(chance.choice([0.25, 5]))
            client.connect(world.hub)
    assert client.line is not None
    return [*sent, client.line.sent]


def hide(world: World, secret: Random, happening: int) -> None:
    mark = secret.choice(HIDDEN)
    if happening == 0:
        world.moves("ARG", secret.choice(UNITS), secret.uniform(31, 35), secret.uniform(33, 37), mark)
    elif happening == 1:
        world.finds(f"hidden{secret.randrange(3)}", mark)
    elif happening == 2:
        world.tells("ARG", str(secret.randrange(3)), mark, 33.0, 35.0)
    else:
        world.nothing_happens()


def test_the_hidden_things_would_be_noticed_if_they_were_sent() -> None:
    everybody = [mark for mark in HIDDEN if reader("arg", "ARG").sees(mark)]

    assert len(everybody) == len(HIDDEN)
    assert not [mark for mark in HIDDEN if reader("gbr", "GBR").sees(mark)]


@pytest.mark.parametrize("seed", range(100))
def test_what_one_may_not_see_changes_nothing_he_receives(seed: int) -> None:
    assert story(seed, with_hidden=True) == story(seed, with_hidden=False)
