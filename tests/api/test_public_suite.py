"""The public test suite of the simulator's API, replayed call by call, as its own client speaks."""

import asyncio
import base64
import json
from typing import Any

import requests

ENCODED = base64.b64encode(b"simulator:super_safe!").decode()
HEADERS = {"Connection": "close", "Content-Type": "application/json", "Authorization": f"Basic {ENCODED}"}


def post(url: str, body: dict[str, Any], latest: int) -> None:
    answer = requests.post(url, data=json.dumps(body), headers=HEADERS, params={"latest": latest}, timeout=5)
    assert answer.ok, f"{url}: {answer.status_code} {answer.text}"


def read(url: str, latest: int) -> Any:
    answer = requests.get(url, headers=HEADERS, params={"latest": latest, "no": 20}, timeout=5)
    assert answer.status_code == 200
    return answer.json()


def latest(api: str) -> int:
    number: int = requests.get(f"{api}/latest", headers=HEADERS, timeout=5).json()["latest"]
    return number


def suite(api: str) -> None:
    post(f"{api}/register", {"username": "test", "email": "test@test", "pwd": "foo"}, 1337)
    assert latest(api) == 1337

    post(f"{api}/register", {"username": "a", "email": "a@a.a", "pwd": "a"}, 1)
    assert latest(api) == 1

    post(f"{api}/msgs/a", {"content": "Blub!"}, 2)
    assert latest(api) == 2

    of_user = read(f"{api}/msgs/a", 3)
    assert [message for message in of_user if message["content"] == "Blub!" and message["user"] == "a"]
    assert latest(api) == 3

    of_everyone = read(f"{api}/msgs", 4)
    assert [message for message in of_everyone if message["content"] == "Blub!" and message["user"] == "a"]
    assert latest(api) == 4

    post(f"{api}/register", {"username": "b", "email": "b@b.b", "pwd": "b"}, 5)
    assert latest(api) == 5

    post(f"{api}/register", {"username": "c", "email": "c@c.c", "pwd": "c"}, 6)
    assert latest(api) == 6

    post(f"{api}/fllws/a", {"follow": "b"}, 7)
    post(f"{api}/fllws/a", {"follow": "c"}, 8)
    followed = read(f"{api}/fllws/a", 9)["follows"]
    assert "b" in followed
    assert "c" in followed

    post(f"{api}/fllws/a", {"unfollow": "b"}, 10)
    followed = read(f"{api}/fllws/a", 11)["follows"]
    assert "b" not in followed
    assert latest(api) == 11


async def test_the_public_suite_passes(api: str) -> None:
    await asyncio.to_thread(suite, api)
