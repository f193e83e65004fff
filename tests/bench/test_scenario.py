"""Scenario files: what is written is read again, and a line that means nothing is named."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import scenario
from bench.scenario import Action, BadScenario

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\t\n"))
"""Everything that a field can hold, carriage returns, other line ends and byte order marks included."""

NUMBERS = st.integers(min_value=0, max_value=10**18)


@st.composite
def actions(draw: st.DrawFn) -> Action:
    command = draw(st.sampled_from(sorted(scenario.ARGUMENTS)))
    args = tuple(draw(TEXTS) for _ in scenario.ARGUMENTS[command])
    user = draw(TEXTS.filter(bool))
    return Action(draw(NUMBERS), draw(NUMBERS), draw(NUMBERS), command, user, args)


@given(st.lists(actions(), max_size=10))
def test_what_is_written_is_read_again(written: list[Action]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.tsv"
        scenario.write(path, written)
        assert list(scenario.read(path)) == written


def test_the_byte_order_mark_at_the_begin_of_a_message_survives(tmp_path: Path) -> None:
    path = tmp_path / "scenario.tsv"
    path.write_bytes('7\t0\t1700000000000\ttweet\tAda Hopper\t\ufeffHello "there" \\n\n'.encode())
    assert list(scenario.read(path)) == [
        Action(7, 0, 1_700_000_000_000, "tweet", "Ada Hopper", ('\ufeffHello "there" \\n',))
    ]


def test_fields_are_separated_by_tabs_and_lines_by_line_feeds(tmp_path: Path) -> None:
    path = tmp_path / "scenario.tsv"
    scenario.write(
        path,
        [
            Action(1, 2, 3, "register", "Ada Hopper", ("ada@example.com", '"\\&')),
            Action(4, 5, 6, "unfollow", "Ada Hopper", ("Bent Naur",)),
        ],
    )
    assert path.read_bytes() == (
        b'1\t2\t3\tregister\tAda Hopper\tada@example.com\t"\\&\n4\t5\t6\tunfollow\tAda Hopper\tBent Naur\n'
    )


def test_the_last_line_needs_no_line_feed(tmp_path: Path) -> None:
    path = tmp_path / "scenario.tsv"
    path.write_bytes(b"1\t2\t3\tfollow\tAda\tBent")
    assert list(scenario.read(path)) == [Action(1, 2, 3, "follow", "Ada", ("Bent",))]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "has 1 fields, and an action has at least 6"),
        (b"1\t2\t3\ttweet\tAda", "has 5 fields"),
        (b"1\t2\tsoon\ttweet\tAda\tHello", "does not begin with three whole numbers"),
        (b"1\t-2\t3\ttweet\tAda\tHello", "does not begin with three whole numbers"),
        ("\ufeff1\t2\t3\ttweet\tAda\tHello".encode(), "does not begin with three whole numbers"),
        (b"1\t2\t3\tshout\tAda\tHello", "has the unknown command 'shout'"),
        (b"1\t2\t3\ttweet\tAda\tHello\tthere", "has 2 texts after the user, and 'tweet' takes content"),
        (b"1\t2\t3\tregister\tAda\tada@example.com", "'register' takes e-mail and password"),
        (b"1\t2\t3\ttweet\t\tHello", "names no user"),
        (b"1\t2\t3\ttweet\tAda\t\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_bad_line_is_refused_by_its_number(tmp_path: Path, line: bytes, says: str) -> None:
    path = tmp_path / "scenario.tsv"
    path.write_bytes(b"1\t2\t3\tfollow\tAda\tBent\n" + line + b"\n")
    with pytest.raises(BadScenario, match=r"^Line 2 of .*scenario\.tsv ") as refused:
        list(scenario.read(path))
    assert says in str(refused.value)


@pytest.mark.parametrize("text", ["a\ttab", "two\nlines"])
def test_a_text_that_would_break_its_line_is_not_written(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadScenario, match="Line 1 "):
        scenario.write(tmp_path / "scenario.tsv", [Action(1, 0, 0, "tweet", "Ada", (text,))])
