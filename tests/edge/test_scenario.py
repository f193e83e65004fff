"""A whole scenario of the simulator through nginx: not one action is lost, over plain http and over https."""

import asyncio

import pytest

from bench import invented
from bench.simulator import Simulator
from db import Database
from tests.bench.test_scenario_and_api import everything_is_there
from tests.edge.nginx import Edge


@pytest.mark.parametrize(("way", "actions"), [("plain_api", 2000), ("api", 400)])
async def test_a_scenario_ends_with_0_errors(edge: Edge, db: Database, way: str, actions: int) -> None:
    played = list(invented.scenario(1, actions))
    tally = await asyncio.to_thread(Simulator(getattr(edge, way), "simulator", "super_safe!").play, played)
    assert tally.errors == {}
    assert tally.statuses == {204: actions}
    await everything_is_there(db, played)
    assert len(await edge.lines(actions)) == actions
