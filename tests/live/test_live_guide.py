"""The guide to the live picture names what the code does."""

import re
from pathlib import Path

from app.api.live import BAD_MESSAGE, NO_SUBSCRIPTION, SUBPROTOCOLS
from app.api.ws_protocol import FRAGMENTS
from app.live.frames import LAYERS
from app.live.hub import MOST_CONNECTIONS, REVOKED, SLOW, SUPERSEDED
from app.live.session import RETAIN_S
from tools.frame_types import frame_types

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "guides" / "live.md").read_text(encoding="utf-8")


def test_every_close_code_is_documented_and_no_other() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d{4}) \|", GUIDE, re.M)}

    assert listed == {SLOW, SUPERSEDED, REVOKED, BAD_MESSAGE, NO_SUBSCRIPTION, 1009, 1012}


def test_every_kind_of_message_and_layer_is_documented() -> None:
    kinds = set(re.findall(r'^  type: "([a-z]+)";', frame_types(), re.M))

    assert {kind for kind in kinds if f"`{kind}`" in GUIDE or f'"{kind}"' in GUIDE} == kinds
    assert all(f'"{layer}"' in GUIDE for layer in LAYERS)


def test_the_figures_are_those_of_the_code() -> None:
    assert all(f"`{name}`" in GUIDE for name in SUBPROTOCOLS)
    assert f"{RETAIN_S:.0f} seconds" in GUIDE
    assert f"{MOST_CONNECTIONS} connections" in GUIDE
    assert f"{FRAGMENTS} fragments" in GUIDE
