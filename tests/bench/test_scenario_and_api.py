"""Whole scenarios against the real API: not one action is lost, however many simulators and API processes there are."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bench import invented, scenario, servers
from bench.scenario import Action
from bench.simulator import Simulator
from bench.tally import Tally
from db import Database

pytestmark = pytest.mark.alone  # an answer later than 0.3 s is an error

ACTIONS = 2000

REST = 1_500_000
"""The delay after each action where simulators play together, 15 ms: they have to share two cores with all they call,
and the public simulator rests far longer.
"""


@pytest.fixture(scope="module")
def apis(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[servers.Server]]:
    """Two processes of the API that share the database."""
    logs = tmp_path_factory.mktemp("logs")
    with ExitStack() as running:
        yield [
            running.enter_context(servers.door("api_starlette", database_url, None, logs / f"api-{number}"))
            for number in (1, 2)
        ]


@pytest.fixture(scope="module")
def played() -> list[Action]:
    return list(invented.scenario(1, ACTIONS))


def in_turns(apis: list[servers.Server], actions: list[Action]) -> Tally:
    """Play one action after the other, each against the next API."""
    simulators = [Simulator(api.url, "simulator", "super_safe!") for api in apis]
    whole = Tally()
    for number, action in enumerate(actions):
        one = simulators[number % len(simulators)].play([action])
        whole.statuses += one.statuses
        whole.errors += one.errors
    return whole


async def everything_is_there(db: Database, actions: list[Action]) -> None:
    """Each user, each message in its order and each pair of followers that these actions leave behind."""
    followed = set[tuple[str, str]]()
    for action in actions:
        if action.command == "follow":
            followed.add((action.user, action.args[0]))
        elif action.command == "unfollow":
            followed.discard((action.user, action.args[0]))
    users = await db.pool.fetch("SELECT username, email FROM users")
    assert sorted(tuple(user) for user in users) == sorted(
        (action.user, action.args[0]) for action in actions if action.command == "register"
    )
    for one in {action.user for action in actions}:
        wrote = await db.pool.fetch(
            "SELECT content FROM messages AS m JOIN users AS u ON u.user_id = m.author_id WHERE username = $1"
            " ORDER BY message_id",
            one,
        )
        assert [message["content"] for message in wrote] == [
            action.args[0] for action in actions if action.command == "tweet" and action.user == one
        ]
    pairs = await db.pool.fetch(
        "SELECT a.username, b.username FROM followers AS f"
        " JOIN users AS a ON a.user_id = f.who_id JOIN users AS b ON b.user_id = f.whom_id"
    )
    assert {tuple(pair) for pair in pairs} == followed


async def latest(api: servers.Server) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{api.url}/latest") as answer:
        number: int = (await answer.json())["latest"]
        return number


async def test_a_scenario_of_2000_actions_ends_with_0_errors(
    db: Database, apis: list[servers.Server], played: list[Action]
) -> None:
    simulator = Simulator(apis[0].url, "simulator", "super_safe!")
    tally = await asyncio.to_thread(simulator.play, played)
    assert tally.errors == {}
    assert tally.statuses == {204: ACTIONS}
    await everything_is_there(db, played)
    assert await latest(apis[0]) == ACTIONS


async def test_a_scenario_played_again_ends_with_0_errors(
    db: Database, apis: list[servers.Server], played: list[Action]
) -> None:
    some = played[:400]
    simulator = Simulator(apis[0].url, "simulator", "super_safe!")
    await asyncio.to_thread(simulator.play, some)
    again = await asyncio.to_thread(simulator.play, some)
    registrations = sum(action.command == "register" for action in some)
    assert again.errors == {}
    assert again.statuses == {204: len(some) - registrations, 400: registrations}


async def test_two_apis_that_share_a_database_answer_a_scenario_in_turns(
    db: Database, apis: list[servers.Server], played: list[Action]
) -> None:
    tally = await asyncio.to_thread(in_turns, apis, played)
    assert tally.errors == {}
    assert tally.statuses == {204: ACTIONS}
    await everything_is_there(db, played)
    assert [await latest(api) for api in apis] == [ACTIONS, ACTIONS]


async def test_eight_simulators_at_once_end_with_0_errors(
    db: Database, apis: list[servers.Server], tmp_path: Path
) -> None:
    every = [[replace(action, delay=REST) for action in invented.scenario(seed, ACTIONS)] for seed in range(8)]
    simulators = []
    for seed, actions in enumerate(every):
        scenario.write(tmp_path / f"{seed}.tsv", actions)
        simulators.append(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.simulate"),
                *("--api", apis[seed % 2].url, "--scenario", str(tmp_path / f"{seed}.tsv")),
                cwd=Path(__file__).parents[2],
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        )
        # A Python that starts takes more of a core than a simulator that plays, which is not what is tried here.
        await asyncio.sleep(0.5)
    assert [simulator.returncode for simulator in simulators] == [None] * 8, "they do not play at once"
    told = [(await simulator.communicate())[0].decode() for simulator in simulators]
    assert [simulator.returncode for simulator in simulators] == [0] * 8, "\n".join(told)
    await everything_is_there(db, [action for actions in every for action in actions])
