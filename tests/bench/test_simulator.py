"""The simulator: on the wire like the public one, and strict about what it is answered."""

import base64
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from bench import invented, scenario, servers, simulate
from bench.scenario import Action
from bench.simulator import Simulator, path
from bench.tally import Tally
from tests.bench.servers import answering

pytestmark = pytest.mark.alone  # it gives up after 0.3 s, no sooner and no later

REGISTER = Action(1, 0, 0, "register", "Ada Hopper", ("ada@example.com", '"\\&<%>'))
TWEET = Action(2, 0, 0, "tweet", "Ada Hopper", ("\ufeffHello – “you”",))
FOLLOW = Action(3, 0, 0, "follow", "Ada Hopper", ("Bent O'Neil",))
UNFOLLOW = Action(4, 0, 0, "unfollow", "Ada Hopper", ("Bent O'Neil",))
ALL = [REGISTER, TWEET, FOLLOW, UNFOLLOW]


def play(url: str, *actions: Action) -> Tally:
    return Simulator(url, "simulator", "super_safe!").play(actions)


def test_it_posts_what_the_contract_says() -> None:
    with answering(204) as server:
        assert play(server.url, *ALL).errors.total() == 0
    assert [(heard.method, heard.target, json.loads(heard.body)) for heard in server.heard] == [
        (
            "POST",
            "/register?latest=1",
            {"username": "Ada Hopper", "email": "ada@example.com", "pwd": '"\\&<%>'},
        ),
        ("POST", "/msgs/Ada%20Hopper?latest=2", {"content": "\ufeffHello – “you”"}),
        ("POST", "/fllws/Ada%20Hopper?latest=3", {"follow": "Bent O'Neil"}),
        ("POST", "/fllws/Ada%20Hopper?latest=4", {"unfollow": "Bent O'Neil"}),
    ]


def test_each_action_is_a_new_connection_with_credentials() -> None:
    with answering(204) as server:
        play(server.url, *ALL)
    assert len({heard.connection for heard in server.heard}) == len(ALL)
    wanted = {
        "Connection": "close",
        "Content-Type": "application/json",
        "Authorization": f"Basic {base64.b64encode(b'simulator:super_safe!').decode()}",
    }
    assert all(wanted.items() <= heard.headers.items() for heard in server.heard)


def test_on_the_wire_it_is_the_public_simulators_library() -> None:
    with answering(204) as server:
        play(server.url, TWEET)
        requests.post(
            f"{server.url}/msgs/{TWEET.user}",
            data=json.dumps({"content": TWEET.args[0]}),
            params={"latest": TWEET.id},
            headers={
                "Connection": "close",
                "Content-Type": "application/json",
                "Authorization": f"Basic {base64.b64encode(b'simulator:super_safe!').decode()}",
            },
            timeout=0.3,
        ).close()
    ours, theirs = server.heard
    assert (ours.target, ours.body) == (theirs.target, theirs.body)
    # That library's name, and the compressions it was installed with, are its own affair.
    differing = {"User-Agent", "Accept-Encoding"}
    assert {name: text for name, text in ours.headers.items() if name not in differing} == {
        name: text for name, text in theirs.headers.items() if name not in differing
    }


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/?#%"), min_size=1))
def test_names_are_quoted_as_that_library_does(name: str) -> None:
    if name in (".", ".."):
        return  # that library takes them for folders
    prepared = requests.Request("POST", f"http://127.0.0.1/msgs/{name}-", params={"latest": 1}).prepare()
    ours = path(Action(1, 0, 0, "tweet", f"{name}-", ("Hello",)))
    assert prepared.path_url == f"{ours}?latest=1"


def test_a_name_of_a_slash_arrives_whole() -> None:
    assert path(Action(1, 0, 0, "follow", "a/b?c#d%e", ("b",))) == "/fllws/a%2Fb%3Fc%23d%25e"


def test_400_is_a_success_for_a_registration_only() -> None:
    with answering(400) as server:
        tally = play(server.url, *ALL)
    assert tally.errors == {"status 400": 3}
    assert tally.examples == {"status 400": ["tweet 2", "follow 3", "unfollow 4"]}


@pytest.mark.parametrize("status", [200, 201, 301, 403, 404, 500, 503])
def test_every_other_status_is_an_error(status: int) -> None:
    with answering(status) as server:
        tally = play(server.url, *ALL)
    assert tally.errors == {f"status {status}": 4}
    assert tally.statuses == {status: 4}


def test_an_answer_after_more_than_300_ms_is_an_error() -> None:
    with answering(204, after=0.4) as server:
        tally = play(server.url, TWEET, FOLLOW)
    assert tally.errors == {"no answer in 0.3 s": 2}
    assert tally.latency(50) == pytest.approx(0.3, abs=0.09)


def test_an_answer_within_300_ms_is_not() -> None:
    with answering(204, after=0.15) as server:
        assert play(server.url, TWEET).errors.total() == 0


def test_a_connection_that_is_cut_is_an_error_and_the_play_goes_on() -> None:
    with answering(0, 204) as server:
        tally = play(server.url, TWEET, FOLLOW)
    assert tally.errors == {"RemoteDisconnected": 1}
    assert tally.statuses == {204: 1}


def test_it_rests_as_long_as_the_scenario_says() -> None:
    slow = Action(2, 30_000_000, 0, "tweet", "Ada Hopper", ("Hello",))
    with answering(204) as server:
        simulator = Simulator(server.url, "simulator", "super_safe!")
        started = time.perf_counter()
        simulator.play([slow])
        rested = time.perf_counter() - started
        assert 0.3 <= rested < 0.8
        assert simulator.play([slow], delays=False).seconds < 0.3


def test_ctrl_c_ends_it_early_and_keeps_what_was_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(total: int) -> Callable[[Tally], None]:
        def after_the_third(tally: Tally) -> None:
            if len(tally.latencies) == 3:
                signal.raise_signal(signal.SIGINT)

        return after_the_third

    monkeypatch.setattr(simulate, "_progress", interrupt)
    with answering(204) as server:
        assert simulate.main(["--api", server.url, "--actions", "50"]) == 130
    assert len(server.heard) == 3
    assert "answered 204                           3" in capsys.readouterr().out


def test_the_command_ends_with_0_and_a_table_when_all_went_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with servers.hello("bench.no_content", servers.Cores(0, 0), tmp_path / "log") as server:
        assert simulate.main(["--api", server.url, "--seed", "1", "--actions", "500"]) == 0
    told = capsys.readouterr()
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert {"actions 500", "tweet 220", "register 5", "answered 204 500", "errors 0"} <= set(lines)
    assert any(line.startswith("latency p99") for line in lines)
    assert told.err.splitlines()[0].strip() == "50 of 500 actions, 0 errors"
    assert len(told.err.splitlines()) == 10


def test_the_command_plays_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    played = list(invented.scenario(5, 40))
    scenario.write(tmp_path / "scenario.tsv", played)
    with answering(204) as server:
        assert simulate.main(["--api", server.url, "--scenario", str(tmp_path / "scenario.tsv")]) == 0
    assert len(server.heard) == 40
    assert "40 actions against http://127.0.0.1" in capsys.readouterr().out


def test_the_command_saves_what_it_made_up(tmp_path: Path) -> None:
    saved = tmp_path / "saved.tsv"
    with answering(204) as server:
        assert simulate.main(["--api", server.url, "--actions", "10", "--seed", "4", "--save", str(saved)]) == 0
    assert list(scenario.read(saved)) == list(invented.scenario(4, 10))


def test_the_command_ends_with_1_after_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(204, 204, 204, 500) as server:
        assert simulate.main(["--api", server.url, "--actions", "8"]) == 1
    assert "  status 500" in capsys.readouterr().out


def test_the_password_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("another one\n")
    with answering(204) as server:
        options = ["--username", "operator", "--password-file", str(tmp_path / "password")]
        assert simulate.main(["--api", server.url, "--actions", "1", *options]) == 0
    pair = base64.b64encode(b"operator:another one").decode()
    assert server.heard[0].headers["Authorization"] == f"Basic {pair}"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--scenario", "nowhere.tsv"], "nowhere.tsv cannot be used: No such file or directory.\n"),
        (["--scenario", "bad.tsv"], "Line 2 of bad.tsv has 1 fields, and an action has at least 6.\n"),
        (["--password-file", "nowhere"], "nowhere cannot be used: No such file or directory.\n"),
        (["--api", "localhost:8001"], "'localhost:8001' is not an address like http://localhost:8001.\n"),
        (
            ["--api", "http://127.0.0.1:99999"],
            "'http://127.0.0.1:99999' is not an address like http://localhost:8001.\n",
        ),
        (["--actions", "0"], "--actions has to be at least 1.\n"),
    ],
)
def test_with_nothing_to_play_it_ends_with_2_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.tsv").write_text("1\t0\t0\ttweet\tAda\tHello\nnonsense\n")
    with answering(204) as server:
        assert simulate.main(["--api", server.url, *options]) == 2
    assert capsys.readouterr().err == says
    assert server.heard == []


def test_with_nobody_to_play_to_it_ends_with_2_and_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{servers.free_port()}"
    assert simulate.main(["--api", url]) == 2
    assert capsys.readouterr().err == f"Nobody answers at {url}: Connection refused.\n"
