"""One JSON line a request, with the doors' names of things and nothing in it that a client sent."""

import asyncio
import re
from typing import Any

import aiohttp
import pytest
from starlette.routing import Route

import api_starlette.app
import web_aiohttp.app
from core.logs import ECS_VERSION
from core.settings import Settings
from local.watch.names import Names
from local.watch.proxy import FOLDER
from tests.conftest import Events
from tests.edge.conftest import Certificate, Start
from tests.edge.nginx import DOMAIN, Edge
from tests.edge.wire import request, spoken

CANARY = "canary"


async def test_a_request_is_one_line_with_the_doors_fields(
    edge: Edge, client: aiohttp.ClientSession, events: Events
) -> None:
    answer = await client.get(f"{edge.api}/latest")
    line, of_the_door = await edge.line(answer.headers["X-Request-Id"]), events.requests[-1]
    both = of_the_door.keys() & line.keys()
    assert both == {
        *("@timestamp", "log.level", "message", "ecs.version", "service.name", "trace.id", "http.request.id"),
        *("http.request.method", "http.response.status_code", "event.duration"),
    }
    assert {name: type(line[name]) for name in both} == {name: type(of_the_door[name]) for name in both}
    assert line["ecs.version"] == ECS_VERSION
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", line["@timestamp"])
    assert (line["message"], line["service.name"]) == ("GET api /latest 200", "nginx")
    assert (line["service.target.name"], line["labels.section"], line["client.ip"]) == ("api", "/latest", "127.0.0.1")
    assert line["labels.upstream_address"].startswith("127.0.0.1:")
    assert len([each for each in edge.requests if each["trace.id"] == line["trace.id"]]) == 1


async def test_a_duration_is_in_nanoseconds_and_a_post_stays_a_post(
    start: Start, client: aiohttp.ClientSession
) -> None:
    with start({"API_UPSTREAM": "tasks.api:1"}) as edge:
        answer = await client.post(f"{edge.api}/register", json={})
        line: dict[str, Any] = await edge.line(answer.headers["X-Request-Id"])
        assert line["message"] == "POST api /register 503"
        assert line["log.level"] == "error"
        assert line["event.duration"] % 1_000_000 == 0, "nginx counts milliseconds"
        assert line["labels.upstream_status"] == "502"


@pytest.mark.parametrize(
    ("seconds", "nanoseconds"),
    [("0.000", "0"), ("0.007", "7000000"), ("0.070", "70000000"), ("0.700", "700000000"), ("12.034", "12034000000")],
)
async def test_seconds_become_nanoseconds(
    start: Start, client: aiohttp.ClientSession, seconds: str, nanoseconds: str
) -> None:
    with start(changes={"map $request_time $nanoseconds": f'map "{seconds}" $nanoseconds'}) as edge:
        answer = await client.get(f"{edge.api}/latest")
        assert str((await edge.line(answer.headers["X-Request-Id"]))["event.duration"]) == nanoseconds


async def canaries_sent(edge: Edge, certificate: Certificate) -> None:
    """In every place where a client can put one."""
    headers = [f"{name}: {CANARY}" for name in ("Cookie", "Referer", "User-Agent", "X-Request-Id", "X-Forwarded-For")]
    for host in (DOMAIN, f"api.{DOMAIN}", f"{CANARY}.test"):
        for line in (
            f"GET /{CANARY}?{CANARY}={CANARY} HTTP/1.1",
            f"{CANARY.upper()} / HTTP/1.1",
            f"POST /login?{CANARY} HTTP/1.1",
            f"GET /{CANARY}%00 HTTP/1.1",
            f"GET /../{CANARY} HTTP/1.1",
            f"GET / {CANARY}",
        ):
            asked = request(line, f"Host: {host}", *headers, body=CANARY.encode())
            name = host if host.endswith(DOMAIN) else DOMAIN
            plain = (spoken(edge.http, asked) for _ in range(4))
            await asyncio.gather(
                *plain, *(spoken(edge.https, asked, tls=certificate.trusted, name=name) for _ in range(4))
            )


@pytest.mark.parametrize("replicas", [["127.0.0.1"], ["127.0.0.9"], []], ids=["well", "unreachable", "none"])
async def test_nothing_that_a_client_sent_is_logged(
    start: Start, names: Names, certificate: Certificate, replicas: list[str]
) -> None:
    names.addresses = {"tasks.web": replicas, "tasks.api": replicas}
    with start({"SIGN_IN_BURST": "1"}) as edge:
        await canaries_sent(edge, certificate)
        statuses = {line["http.response.status_code"] for line in edge.requests}
        assert {400, 429, 421, 444} < statuses, "good requests and refused ones were made"
        assert CANARY not in edge.written.lower()


async def test_it_would_be_if_nginx_spoke_of_requests(start: Start, names: Names, certificate: Certificate) -> None:
    names.addresses.clear()
    with start(changes={"error_log stderr emerg": "error_log stderr error"}) as edge:
        await canaries_sent(edge, certificate)
        assert CANARY in edge.written.lower()


def test_every_first_part_of_a_path_has_its_word() -> None:
    site = web_aiohttp.app.create_app(Settings.read({}))
    paths = {route.resource.canonical for route in site.router.routes() if route.resource is not None}
    api = api_starlette.app.create_app(Settings.read({}))
    paths |= {route.path_format for route in api.routes if isinstance(route, Route)}
    words = {path.split("/")[1] for path in paths} - {"", "{username}", "{file}"} | {"favicon.ico", "robots.txt"}
    text = (FOLDER / "templates" / "logging.conf.template").read_text("utf-8")
    known = {word for group in re.findall(r"\(\?<(?:word|file)>(.*?)\)\(", text) for word in group.split("|")}
    assert {word.replace("\\", "") for word in known} == words
