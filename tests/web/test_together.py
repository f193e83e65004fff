"""Those who ask at the same moment share one answer, and nobody is shown less than what was true when they asked."""

import asyncio
import re

import aiohttp
import pytest

from db import Database
from tests import given
from tests.conftest import Events
from tests.web.seen import seen, sign_in
from web_aiohttp.together import Together


async def test_those_who_come_while_an_answer_is_made_share_the_next_one() -> None:
    together: Together[str, int] = Together()
    made: list[int] = []
    may_end = asyncio.Event()

    async def find() -> int:
        made.append(len(made))
        number = made[-1]
        await may_end.wait()
        return number

    first = asyncio.create_task(together.ask("x", find))
    await asyncio.sleep(0.01)
    late = [asyncio.create_task(together.ask("x", find)) for _ in range(20)]
    await asyncio.sleep(0.01)
    assert made == [0], "the late wait until the first is done"
    may_end.set()
    assert await first == 0
    assert await asyncio.gather(*late) == [1] * 20
    assert made == [0, 1]
    assert await together.ask("x", find) == 2, "nothing is kept"


async def test_different_questions_do_not_wait_for_each_other() -> None:
    together: Together[int, int] = Together()

    async def never() -> int:
        await asyncio.Event().wait()
        return 0

    async def at_once() -> int:
        return 2

    slow = asyncio.create_task(together.ask(1, never))
    await asyncio.sleep(0)
    assert await asyncio.wait_for(together.ask(2, at_once), 5) == 2
    slow.cancel()


async def test_a_failure_is_everybodys_and_the_next_round_begins_anew() -> None:
    together: Together[str, int] = Together()

    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError("ours")

    async def work() -> int:
        return 1

    found = await asyncio.gather(*(together.ask("x", fail) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [ValueError] * 3
    with pytest.raises(ValueError, match="ours"):
        await together.ask("x", fail)
    assert await together.ask("x", work) == 1


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    together: Together[str, int] = Together()
    may_end = asyncio.Event()

    async def find() -> int:
        await may_end.wait()
        return 1

    hasty, patient = (asyncio.create_task(together.ask("x", find)) for _ in range(2))
    await asyncio.sleep(0.01)
    hasty.cancel()
    may_end.set()
    assert await patient == 1
    with pytest.raises(asyncio.CancelledError):
        await hasty


async def test_a_crowd_at_the_public_timeline_costs_few_statements(
    browser: aiohttp.ClientSession, cast: given.Cast, events: Events
) -> None:
    async def visit() -> list[str]:
        return (await seen(await browser.get("/public"))).messages

    pages = await asyncio.gather(*(visit() for _ in range(60)))
    assert pages == [["Alice is still here", "Alice was here"]] * 60
    assert 1 <= sum(event["db.statements"] for event in events.requests) < 30


async def test_whoever_wrote_sees_it_at_once_however_many_are_reading(
    browser: aiohttp.ClientSession, site: str, db: Database, cast: given.Cast
) -> None:
    await sign_in(browser, "alice")
    done = False

    async def read() -> None:
        async with given.browser(site) as reader:
            while not done:
                await (await reader.get("/public")).read()

    crowd = [asyncio.create_task(read()) for _ in range(8)]
    for number in range(20):
        await (await browser.post("/add_message", data={"text": f"number {number}"}, allow_redirects=False)).read()
        shown = await (await browser.get("/public")).text()
        assert re.search(rf'class="text" dir="auto">number {number}<', shown)
    done = True
    await asyncio.gather(*crowd)
