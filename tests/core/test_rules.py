"""What a valid registration and a valid message are."""

import pytest

from core.rules import LONGEST_MESSAGE, LONGEST_USERNAME, message_problem, registration_problem


@pytest.mark.parametrize(
    "name", ["a", "Ann Perkins", "a/b", "🐘", 'O\'Hara "Q"', "<b>", "x" * LONGEST_USERNAME, "line\nbreak"]
)
def test_nearly_every_name_may_be_registered(name: str) -> None:
    assert registration_problem(name, "test@test", "p") is None


def test_problems_come_in_the_order_that_clients_know() -> None:
    assert registration_problem("", "", "") == "You have to enter a username"
    assert registration_problem("a", "", "") == "You have to enter a valid email address"
    assert registration_problem("a", "nobody", "p") == "You have to enter a valid email address"
    assert registration_problem("a", "@", "") == "You have to enter a password"
    assert registration_problem("a", "@", "p", "q") == "The two passwords do not match"
    assert registration_problem("a", "@", "p", "p") is None


@pytest.mark.parametrize("name", ["login", "public", "static", "metrics", ".", ".."])
def test_a_name_that_would_shadow_a_page_is_taken(name: str) -> None:
    assert registration_problem(name, "a@b", "p") == "The username is already taken"


def test_a_blank_or_endless_name_is_refused() -> None:
    assert registration_problem(" \t", "a@b", "p") == "You have to enter a username"
    assert "too long" in str(registration_problem("x" * (LONGEST_USERNAME + 1), "a@b", "p"))


@pytest.mark.parametrize("field", [0, 1, 2])
def test_what_postgresql_cannot_store_is_refused_in_every_field(field: int) -> None:
    fields = ["alice", "alice@example.com", "password"]
    fields[field] += "\0"
    assert registration_problem(fields[0], fields[1], fields[2]) == "A NUL character cannot be stored"


@pytest.mark.parametrize(
    "content", ["x", "  x  ", "\ufeffwith a mark", "x" * LONGEST_MESSAGE, "<script>", "🐘" * LONGEST_MESSAGE]
)
def test_nearly_every_message_may_be_posted(content: str) -> None:
    assert message_problem(content) is None


def test_a_blank_endless_or_unstorable_message_is_refused() -> None:
    assert message_problem(" \n") == "You have to enter a message"
    assert message_problem("x" * (LONGEST_MESSAGE + 1)) == "The message is too long: it may have 10,000 characters"
    assert message_problem("a\0b") == "A NUL character cannot be stored"
