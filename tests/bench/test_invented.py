"""Scenarios of our own making: as mixed, and as nasty, as the public one."""

import string
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import invented, scenario
from bench.scenario import Action
from core import rules


@pytest.fixture(scope="module")
def many() -> list[Action]:
    return list(invented.scenario(seed=1, actions=20_000))


def texts(actions: list[Action], command: str, position: int) -> list[str]:
    return [action.args[position] for action in actions if action.command == command]


def test_the_shares_are_those_of_the_public_scenario(many: list[Action]) -> None:
    counts = Counter(action.command for action in many)
    shares = {command: count / len(many) for command, count in counts.items()}
    assert shares == pytest.approx({"tweet": 0.44, "follow": 0.37, "unfollow": 0.18, "register": 0.01}, abs=0.002)


@given(
    seed=st.integers(min_value=0),
    actions=st.integers(min_value=1, max_value=300),
    users=st.none() | st.integers(min_value=1, max_value=50),
)
def test_everybody_is_registered_before_they_act_or_are_acted_upon(seed: int, actions: int, users: int | None) -> None:
    made, registered = list(invented.scenario(seed, actions, users)), set[str]()
    assert len(made) == actions
    for action in made:
        if action.command == "register":
            assert action.user not in registered
            registered.add(action.user)
        others = action.args if action.command in ("follow", "unfollow") else ()
        assert {action.user, *others} <= registered


def test_every_registration_and_message_keeps_the_rules(many: list[Action]) -> None:
    problems = {
        rules.registration_problem(action.user, *action.args)
        if action.command == "register"
        else rules.message_problem(action.args[0])
        for action in many
        if action.command in ("register", "tweet")
    }
    assert problems == {None}


@pytest.mark.parametrize("actions", [200, 2000, 20_000])
def test_passwords_hold_the_whole_punctuation(actions: int) -> None:
    passwords = texts(list(invented.scenario(2, actions)), "register", 1)
    assert set("".join(passwords)) >= set(string.punctuation)
    assert all(password.isascii() and password.isprintable() for password in passwords)


def test_names_hold_a_space(many: list[Action]) -> None:
    assert all(" " in action.user for action in many)


def test_four_of_ten_messages_go_beyond_ascii(many: list[Action]) -> None:
    contents = texts(many, "tweet", 0)
    beyond = [content for content in contents if not content.isascii()]
    assert len(beyond) / len(contents) == pytest.approx(0.4, abs=0.001)
    assert {"“", "–", "é", "🌊"} <= set("".join(beyond))


def test_one_message_begins_with_a_byte_order_mark(many: list[Action]) -> None:
    assert sum(content.startswith("\ufeff") for content in texts(many, "tweet", 0)) == 1


def test_some_unfollows_are_of_strangers_and_most_are_not(many: list[Action]) -> None:
    followed, strangers, unfollows = set[tuple[str, str]](), 0, 0
    for action in many:
        pair = (action.user, action.args[0])
        if action.command == "follow":
            followed.add(pair)
        elif action.command == "unfollow":
            unfollows += 1
            strangers += pair not in followed
            followed.discard(pair)
    assert 0.05 < strangers / unfollows < 0.2


def test_the_same_seed_makes_the_same_scenario_and_another_one_other_users() -> None:
    first, again, other = (list(invented.scenario(seed, 500)) for seed in (1, 1, 2))
    assert first == again
    assert not {action.user for action in first} & {action.user for action in other}


def test_it_can_be_kept_in_a_file(tmp_path: Path) -> None:
    made = list(invented.scenario(3, 500))
    scenario.write(tmp_path / "kept.tsv", made)
    assert list(scenario.read(tmp_path / "kept.tsv")) == made
