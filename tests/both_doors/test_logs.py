"""Nothing private gets into a log line of either door, tracebacks included; both doors write the same fields."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from core.settings import Settings
from db import Database
from tests import given
from tests.conftest import Events, api_running, site_running

PASSWORD = "canary-password"
EMAIL = "canary-email@example.com"
TEXT = "canary-message-text"
COOKIE = "canary-cookie"
TOKEN = "canary-token"
NAME = "canary-name"

FORM = {"username": NAME, "email": EMAIL, "password": PASSWORD, "password2": PASSWORD}
ODD = {"Cookie": f"session={COOKIE}; __Host-session={COOKIE}; flash={COOKIE}", "Authorization": f"Bearer {TOKEN}"}
TABLES = ("users", "messages", "followers", "sessions", "simulator_latest")


async def use_the_site(browser: aiohttp.ClientSession) -> None:
    """What people do, and what they do wrong."""
    await browser.post("/register", data=FORM)
    await browser.post("/register", data=FORM)
    await browser.post("/register", data=FORM | {"username": "x", "email": "canary-email"})
    await browser.post("/register", data=FORM | {"username": f"{NAME}\0"})
    await browser.post("/login", data={"username": NAME, "password": f"{PASSWORD}-wrong"})
    await browser.post("/login", data={"username": f"{NAME}-wrong", "password": PASSWORD})
    await browser.post("/login", data={"username": NAME, "password": PASSWORD})
    await browser.post("/add_message", data={"text": TEXT})
    await browser.post("/add_message", data={"text": f"{TEXT}\0"})
    await browser.post("/add_message", data={"text": TEXT * 30_000})
    for path in ("/", "/public", f"/{NAME}", f"/{NAME}?{PASSWORD}={TEXT}", f"/{TOKEN}/{TEXT}/{EMAIL}", f"/{NAME}%FF"):
        await browser.get(path)
        await browser.get(path, headers=ODD)
    await browser.post("/logout")


async def use_the_api(program: aiohttp.ClientSession) -> None:
    """What programs do, and what they do wrong."""
    mine = {"Authorization": aiohttp.encode_basic_auth(NAME, PASSWORD)}
    body = {"username": NAME, "email": EMAIL, "pwd": PASSWORD}
    for change in ({}, {}, {"email": "canary-email"}, {"username": f"{NAME}\0"}, {"pwd": [PASSWORD]}):
        await program.post("/register", json=body | change)
    for headers in (mine, given.SIMULATOR, ODD, {}, {"Authorization": aiohttp.encode_basic_auth(NAME, TOKEN)}):
        await program.post("/login", headers=headers)
        for content in (TEXT, f"{TEXT}\0", TEXT * 30_000, [TEXT]):
            await program.post(f"/msgs/{NAME}", json={"content": content}, headers=headers)
        await program.post(f"/msgs/{NAME}", data=f"{TEXT} is no JSON", headers=headers)
        await program.post(f"/fllws/{NAME}", json={"follow": f"{TEXT}\0"}, headers=headers)
        for path in ("/msgs", f"/msgs/{NAME}?no={TEXT}&latest={TOKEN}", f"/{TOKEN}/{TEXT}", f"/msgs/{TEXT}%FF"):
            await program.get(path, headers=headers)


def canaries(text: str) -> list[str]:
    return [line for line in text.splitlines() if "canary" in line.lower()]


async def test_no_canary_is_logged_when_all_is_well(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession, events: Events
) -> None:
    await use_the_site(browser)
    await use_the_api(program)
    statuses = {event["http.response.status_code"] for event in events.requests}
    assert {200, 204, 303, 400, 403, 404, 413} <= statuses, "good requests and refused ones were made"
    assert canaries(events.text) == []


@pytest.mark.parametrize("table", TABLES)
async def test_no_canary_is_logged_when_a_statement_fails(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession, db: Database, events: Events, table: str
) -> None:
    await use_the_api(program)
    await browser.post("/login", data={"username": NAME, "password": PASSWORD})
    await db.pool.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    try:
        await use_the_site(browser)
        await use_the_api(program)
        await program.get("/latest")
    finally:
        await db.pool.execute(f"ALTER TABLE elsewhere RENAME TO {table}")
    failures = [event for event in events.all if event["log.level"] == "error"]
    assert failures
    assert all(event["error.stack_trace"] for event in failures)
    assert 500 in {event["http.response.status_code"] for event in events.requests}
    assert canaries(events.text) == []


async def test_no_canary_is_logged_when_a_constraint_of_the_database_quotes_the_value(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession, db: Database, events: Events
) -> None:
    """PostgreSQL's own words for this hold the whole row."""
    await db.pool.execute("ALTER TABLE users ADD CONSTRAINT no_canaries CHECK (username NOT LIKE 'canary%')")
    try:
        site = await browser.post("/register", data=FORM)
        api = await program.post("/register", json={"username": NAME, "email": EMAIL, "pwd": PASSWORD})
    finally:
        await db.pool.execute("ALTER TABLE users DROP CONSTRAINT no_canaries")
    assert (site.status, api.status) == (500, 500)
    assert [event["error.message"] for event in events.all if event["log.level"] == "error"] == [
        "users/register: CheckViolationError 23514"
    ] * 2
    assert canaries(events.text) == []
    assert canaries(await api.text()) == []


async def test_no_canary_is_logged_when_the_database_does_not_answer(
    settings: Settings, db: Database, events: Events
) -> None:
    impatient = replace(settings, database_timeout=0.25)
    async with (
        site_running(impatient) as site,
        api_running(impatient) as api,
        given.browser(site) as browser,
        aiohttp.ClientSession(api) as program,
        db.pool.acquire() as connection,
    ):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE users")
        await use_the_site(browser)
        await use_the_api(program)
        await transaction.rollback()
    assert 503 in {event["http.response.status_code"] for event in events.requests}
    assert canaries(events.text) == []


async def test_both_doors_write_the_same_fields(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession, db: Database, events: Events
) -> None:
    await given.cast(db)
    id_of_ours = {"X-Request-Id": "an-id-of-ours"}

    async def line_of(asked: Any) -> dict[str, Any]:
        (await asked).release()
        return events.requests[-1]

    await browser.post("/login", data={"username": "alice", "password": given.PASSWORD})
    mine = given.program_of("alice")
    pairs = [
        (
            await line_of(browser.post("/add_message", data={"text": "x"}, headers=id_of_ours, allow_redirects=False)),
            await line_of(program.post("/msgs/alice", json={"content": "x"}, headers=mine | id_of_ours)),
        ),
        (await line_of(browser.get("/nobody")), await line_of(program.get("/msgs/nobody", headers=mine))),
        (await line_of(browser.put("/login")), await line_of(program.put("/login"))),
        (await line_of(browser.get("/a/b/c/d")), await line_of(program.get("/a/b/c/d"))),
        (await line_of(browser.get("/healthz")), await line_of(program.get("/healthz"))),
    ]
    for site, api in pairs:
        assert site.keys() - {"user.id"} == api.keys() - {"user.id"}
        assert {name: type(value) for name, value in site.items() if name in api} == {
            name: type(value) for name, value in api.items() if name in site
        }
    wrote = pairs[0]
    assert [line["user.id"] for line in wrote] == ["1", "1"]
    assert [line["trace.id"] for line in wrote] == ["an-id-of-ours"] * 2
    assert [line["http.request.id"] for line in wrote] == ["an-id-of-ours"] * 2
    assert [line["http.route"] for line in pairs[3]] == ["unmatched", "unmatched"]
    assert [line["log.level"] for line in pairs[4]] == ["debug", "debug"]


async def test_a_request_is_one_line_at_both_doors(
    browser: aiohttp.ClientSession, program: aiohttp.ClientSession, events: Events
) -> None:
    for path in ("/public", "/login", "/nobody"):
        await browser.get(path)
    for path in ("/latest", "/msgs", "/nowhere"):
        await program.get(path)
    assert len(events.all) == len(events.requests) == 6
