"""Logs: under a scenario and under nonsense every line of every component is what the template expects, none holds
what a client sent, none can be forged, and one request is found in all of them by one id."""

import http.client
import json
import random
import string
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from local.watch import traffic
from local.watch.everything import DOMAIN
from local.watch.traffic import Visitor
from tests.watching import searches
from tests.watching.conftest import Watched
from tests.watching.documents import Document, ingested, refused

pytestmark = pytest.mark.watching

CANARY = "canary"
COMPONENTS = ("web", "api", "nginx", "postgresql")
FORGED = 'nobody\r\n{"@timestamp":"2026-01-01T00:00:00.000Z","message":"canary forged"}\r\n\x1b[2J\x00'


def log_files(watched: Watched) -> Iterator[tuple[str, Path]]:
    """Each file that a shipper would read, with its component."""
    for name in ("web-1", "web-2", "api-1", "api-2", "nginx"):
        yield name.partition("-")[0], watched.here.folder / f"{name}.log"
    for path in sorted((watched.here.primary.cluster.data / "log").glob("*.json")):
        yield "postgresql", path


def lines(watched: Watched) -> dict[str, list[str]]:
    """Every line of every component."""
    found: dict[str, list[str]] = defaultdict(list)
    for component, path in log_files(watched):
        found[component] += path.read_text("utf-8").splitlines()
    return found


@pytest.fixture(scope="module")
def documents(watched: Watched) -> dict[str, list[Document]]:
    """Every line as it is stored, after canaries and nonsense were sent through nginx to both doors."""
    send_canaries(watched)
    send_nonsense(watched)
    return {component: [ingested(line) for line in written] for component, written in lines(watched).items()}


def send_canaries(watched: Watched) -> None:
    """As password, cookie, Authorization header, e-mail, message text and name; well and badly formed."""
    here, visitor = watched.here, Visitor(watched.here)
    secret = {"Cookie": f"__Host-session={CANARY}; session={CANARY}", "Authorization": f"Bearer {CANARY}"}
    for name in (CANARY, f"{CANARY}\n{CANARY}", FORGED, CANARY * 100):
        form = {"username": name, "email": f"{CANARY}@example.com", "password": CANARY, "password2": CANARY}
        visitor.ask("/register", **form)
        visitor.ask("/login", username=name, password=CANARY)
        visitor.ask("/login", username=name, password=f"{CANARY} mistyped")
        visitor.ask("/add_message", text=f"{CANARY} {name}")
        visitor.ask(f"/{quote(name, safe='')}?{CANARY}={CANARY}")
        for method, path in (("GET", "/msgs"), ("POST", f"/msgs/{quote(name, safe='')}"), ("GET", f"/{CANARY}")):
            for headers in (
                secret,
                traffic.SIMULATOR | {"User-Agent": CANARY, "Referer": CANARY, "X-Request-Id": CANARY},
            ):
                traffic.program(here, method, path, headers)


def send_nonsense(watched: Watched) -> None:
    chance = random.Random(7)  # noqa: S311  # the same nonsense each time
    for _ in range(150):
        connection = http.client.HTTPConnection("127.0.0.1", watched.here.ports["http"], timeout=10)
        word = "".join(chance.choices(string.printable, k=chance.randint(1, 30)))
        path = chance.choice(["/{}", "/msgs/{}?latest={}", "/fllws/{}?no={}", "/{}/{}"]).replace("{}", quote(word))
        method = chance.choice(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW"])
        connection.request(
            method, path, word.encode(), {"Host": f"api.{DOMAIN}", **chance.choice([{}, traffic.SIMULATOR])}
        )
        connection.getresponse().read()
        connection.close()


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_line_is_what_the_template_expects(documents: dict[str, list[Document]], component: str) -> None:
    assert len(documents[component]) > (150 if component != "postgresql" else 1)
    assert {document["service.name"] for document in documents[component]} == {component}


def test_a_field_that_nobody_knows_or_of_another_type_would_be_refused() -> None:
    line = {"@timestamp": "2026-11-25T10:00:00.000Z", "message": "m", "log.level": "info", "ecs.version": "8.11.0"}
    good = line | {"service.name": "web", "event.duration": 7}
    assert refused(good) == []
    assert refused(good | {"http.routes": "/"}) == ["http.routes is no field of the template"]
    assert refused(good | {"event.duration": "7"}) == ["event.duration is '7', not long"]
    assert refused(good | {"client.ip": "somewhere"}) == ["client.ip is 'somewhere', not ip"]
    assert refused(good | {"@timestamp": "yesterday"}) == ["@timestamp is 'yesterday', not date"]
    assert refused(line) == ["service.name is missing"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_nothing_that_a_client_sent_is_in_any_line(
    watched: Watched, documents: dict[str, list[Document]], component: str
) -> None:
    assert [line for line in lines(watched)[component] if CANARY in line.lower()] == []
    private = (traffic.PASSWORD, "v@example.com", "Hello from", "Visitor ")
    assert [line for line in lines(watched)[component] if any(word in line for word in private)] == []


def test_no_other_log_of_this_run_holds_a_secret(watched: Watched, documents: dict[str, list[Document]]) -> None:
    passwords = [path.read_text("ascii") for path in watched.here.primary.cluster.passwords.iterdir()]
    for path in watched.here.folder.glob("*.log"):
        text = path.read_text("utf-8", "replace")
        assert not [word for word in (*passwords, CANARY, traffic.PASSWORD) if word in text], path.name


def test_a_name_with_line_breaks_forges_no_line(watched: Watched, documents: dict[str, list[Document]]) -> None:
    for written in documents.values():
        assert [document for document in written if "forged" in document["message"]] == []
    assert "\x1b" not in "".join(line for written in lines(watched).values() for line in written)


def test_one_request_is_found_in_nginx_the_door_and_postgresql_by_one_id(documents: dict[str, list[Document]]) -> None:
    slow = [document for document in documents["postgresql"] if "trace.id" in document]
    assert slow, "statements were slow during the trouble"
    for document in slow:
        of_it = {
            component: [each for each in written if each.get("trace.id") == document["trace.id"]]
            for component, written in documents.items()
        }
        assert of_it["nginx"]
        assert of_it["web"] or of_it["api"]
        assert document["labels.query_file"].count("/") == 1
        assert document["db.milliseconds"] >= 250


def test_the_plan_of_a_slow_statement_stands_beside_it_in_the_same_session(
    documents: dict[str, list[Document]],
) -> None:
    plans = [
        each for each in documents["postgresql"] if "Query Text:" in each["message"] and "labels.query_file" in each
    ]
    assert plans
    timed = {
        (each["labels.session"], each["labels.query_file"]) for each in documents["postgresql"] if "trace.id" in each
    }
    assert {(plan["labels.session"], plan["labels.query_file"]) for plan in plans} <= timed, (
        "who waits before it begins has no plan"
    )
    assert all("$1" in plan["message"] or "'" not in plan["message"] for plan in plans)


def test_signing_in_is_an_event_with_its_outcome(documents: dict[str, list[Document]]) -> None:
    outcomes = {each["event.outcome"] for each in documents["web"] if each.get("event.category") == ["authentication"]}
    assert outcomes == {"success", "failure"}


@pytest.mark.parametrize("component", ["web", "api"])
def test_an_error_says_its_type_its_words_and_its_stack(documents: dict[str, list[Document]], component: str) -> None:
    errors = [document for document in documents[component] if "error.type" in document]
    assert errors, "nobody could read messages for a moment"
    for error in errors:
        assert error["log.level"] == "error"
        assert error["error.message"]
        assert error["error.stack_trace"]
        assert error["trace.id"]


@pytest.mark.parametrize("title", searches.searches())
def test_each_search_of_kibana_finds_what_it_is_for(documents: dict[str, list[Document]], title: str) -> None:
    every = [document for written in documents.values() for document in written]
    query = searches.searches()[title]
    if "paste the id here" in query:
        request = next(document for document in documents["postgresql"] if "trace.id" in document)
        hits = searches.found(query.replace("paste the id here", request["trace.id"]), every)
        assert {hit["service.name"] for hit in hits} > {"nginx", "postgresql"}
    elif "must be 0" in title:
        assert searches.found(query, every) == []
        # what Filebeat makes of such a line: the raw text and this, beside an ecs.version of its own
        unread = {"message": "Traceback …", "error.type": "json", "ecs.version": "8.0.0"}
        assert searches.found(query, [unread]) == [unread]
    else:
        assert 0 < len(searches.found(query, every)) < len(every)


def test_every_field_of_the_template_is_written_by_somebody(documents: dict[str, list[Document]]) -> None:
    from tests.watching.documents import FIELDS  # noqa: PLC0415  # beside its one use

    written = {name for each in documents.values() for document in each for name in document}
    by_filebeat = {"host.name", "container.id", "container.name"}
    assert set(FIELDS) - written == by_filebeat


def test_a_line_of_a_request_is_short(watched: Watched) -> None:
    written = lines(watched)
    requests = [line for name in ("web", "api", "nginx") for line in written[name] if "http.response" in line]
    average = sum(map(len, requests)) / len(requests)
    assert 200 < average < 750
    assert json.loads(requests[0])
