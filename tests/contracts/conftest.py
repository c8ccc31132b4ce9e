"""One server for all that is tried here."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contracts.place import MISSION, Place, written
from tests.scenarios.receiver import Receiver
from tests.scenarios.server import running


@pytest_asyncio.fixture(loop_scope="session", scope="package")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("contract")
    receiver = Receiver()
    await receiver.up()
    try:
        async with running(folder / "data", written(folder, MISSION), COP_HOOK_ALLOW="127.0.0.0/8") as server:
            officer_key = await server.key("ARG", "officer")
            async with (
                server.client(await server.key("ARG")) as device,
                server.client(await server.key("GBR")) as other,
                server.client(officer_key) as officer,
            ):
                yield Place(server, receiver, device, other, officer, officer_key)
    finally:
        await receiver.down()
