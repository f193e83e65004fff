"""What Prometheus gets at both doors is what Prometheus takes: `promtool check metrics` finds no fault."""

import random
import re
import shutil
import string
import subprocess
import sys
from urllib.parse import quote

import aiohttp

from core import metrics
from tests import given


def faults(page: str) -> str:
    """What promtool says of this page: nothing, when it is good."""
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: apt-get install --no-install-recommends prometheus"
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=page, capture_output=True, text=True, timeout=30, check=False
    )
    return checked.stdout + checked.stderr


async def test_promtool_finds_no_fault_at_either_door(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession
) -> None:
    for path in ("/public", "/nobody", "/a%22%0Ab", "/%FF", "/healthz", "/login"):
        await browser.get(path)
        await program.get(path)
        await program.get(f"/msgs{path}", headers=given.SIMULATOR)
    await browser.post("/login", data={"username": "nobody", "password": "x"})
    for door in (browser, program):
        answer = await door.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
        page = await answer.text()
        assert "http_requests_total{" in page
        assert faults(page) == ""


def test_promtool_would_find_one() -> None:
    assert faults('broken{label="a\nb"} 1\n')


LARGEST = 4_000
"""Series that a replica may have: docs/metrics.md promises it."""


def series(page: str) -> set[str]:
    """The name and labels of every number on the page."""
    return {line.rpartition(" ")[0] for line in page.splitlines() if line and not line.startswith("#")}


async def test_no_amount_of_nonsense_makes_more_series(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession, cast: given.Cast
) -> None:
    chance = random.Random(1)  # noqa: S311  # the same nonsense each time

    async def nonsense(door: aiohttp.ClientSession, turns: int) -> set[str]:
        for _ in range(turns):
            word = "".join(chance.choices(string.printable + "äß😀", k=chance.randint(1, 12)))
            method = chance.choice(
                ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW", word.encode().hex()]
            )
            path = chance.choice(
                ["/{}", "/msgs/{}", "/fllws/{}?latest={}", "/{}/follow", "/{}/followers", "/a/{}/b/{}"]
            )
            filled = path.replace("{}", quote(word, safe=""))
            headers = chance.choice([{}, given.SIMULATOR, {"X-Request-Id": word.encode().hex()}])
            body = chance.choice([None, word.encode(), b'{"content": "x"}', b'{"follow": "alice"}'])
            async with door.request(method, filled, headers=headers, data=body, allow_redirects=False):
                pass
        return series(await (await door.get("/metrics")).text())

    before = await nonsense(browser, 400) | await nonsense(program, 400)
    after = await nonsense(browser, 400) | await nonsense(program, 400)
    assert len(after) < LARGEST
    templates = {re.sub(r'status="\d+"', "", name) for name in after - before}
    assert len(after - before) < len(after) / 4, f"it goes on growing: {sorted(templates)[:10]}"


def test_a_path_as_a_label_would_break_the_bound() -> None:
    code = """
from core import metrics
for number in range(200):
    metrics.request_answered("GET", f"/somebody {number}", 200, 0.001, 1)
print(metrics.page().decode())
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert len(series(printed.stdout)) > LARGEST
