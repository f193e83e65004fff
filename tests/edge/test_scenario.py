"""A whole scenario of the simulator through nginx: not one action is lost, over plain http and over https."""

import asyncio
from pathlib import Path

import pytest

from bench import invented, servers
from bench.simulator import Simulator
from db import Database
from tests.bench.test_scenario_and_api import everything_is_there
from tests.edge.conftest import Start

pytestmark = pytest.mark.alone  # an answer later than 0.3 s is an error


@pytest.mark.parametrize(("way", "actions"), [("plain_api", 2000), ("api", 400)])
async def test_a_scenario_ends_with_0_errors(
    start: Start, db: Database, database_url: str, tmp_path: Path, way: str, actions: int
) -> None:
    played = list(invented.scenario(1, actions))
    with (
        servers.door("api_starlette", database_url, None, tmp_path / "api.log") as api,
        start({"API_UPSTREAM": f"tasks.api:{api.port}"}) as edge,
    ):
        simulator = Simulator(getattr(edge, way), "simulator", "super_safe!")
        tally = await asyncio.to_thread(simulator.play, played)
        assert tally.errors == {}
        assert tally.statuses == {204: actions}
        assert len(await edge.lines(actions)) == actions
    await everything_is_there(db, played)
