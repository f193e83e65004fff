"""What Prometheus gets at both doors is what Prometheus takes: `promtool check metrics` finds no fault."""

import shutil
import subprocess

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
