"""anatomy: what is wrong with the parts of a file is named with its line, and what to do about it."""

from pathlib import Path

import pytest

from db import anatomy
from db.queries import SQL_FOLDER, read

PUBLIC = SQL_FOLDER / "timelines" / "public.sql"
PROSE = "-- The newest messages of everyone"
ENDS = "LIMIT :limit;\n"


def problems(folder: Path, old: str, new: str) -> list[str]:
    """What is said of timelines/public after this change to its text."""
    text = PUBLIC.read_text()
    assert old in text
    path = folder / "timelines" / "public.sql"
    path.parent.mkdir()
    path.write_text(text.replace(old, new))
    return anatomy.problems(read(path, folder))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (PROSE, "-- newest messages", "its prose is no sentence: begin with a capital, end with a full stop"),
        ("Asked by", "Seen on", "does not say who asks for it: add a sentence `Asked by …` to the prose"),
        ("\\set limit 30\n", "", "has no sample for limit: add `\\set limit …` above the statement"),
        (
            "\\set limit 30\n",
            "\\set limit 30\n\\set offset 3\n",
            "has a sample for offset, which the statement does not use: take the line away",
        ),
        (
            "/* timelines/public */",
            "/* timelines/all */",
            "is not tagged with its name: write /* timelines/public */ behind the first keyword, in capitals",
        ),
        (
            "WHERE",
            "/* shown */ WHERE",
            "holds another comment beside its tag: say it in the prose, or behind --",
        ),
        (ENDS, "LIMIT :limit; SELECT 1;\n", "holds more than one statement: give each a file of its own"),
        (ENDS, "LIMIT :limit\n", "does not end with its statement: end the file with ; and a line break"),
        ("m.content,", "m.content, ';' AS a,", None),
        (" m.content,\n", " m.content, (SELECT * FROM users) AS u,\n", "does not list its columns: name each in"),
        (ENDS, "LIMIT :limit OFFSET 30;\n", "skips rows by OFFSET, which reads them all: page by key"),
    ],
)
def test_a_part_that_is_wrong_is_found(tmp_path: Path, old: str, new: str, words: str | None) -> None:
    found = problems(tmp_path, old, new)
    assert len(found) == (1 if words else 0), found
    assert not words or words in found[0]


def test_a_file_without_prose_is_found(tmp_path: Path) -> None:
    path = tmp_path / "users" / "all.sql"
    path.parent.mkdir()
    path.write_text("SELECT /* users/all */ 1 AS one;\n")
    (found,) = anatomy.problems(read(path, tmp_path))
    assert found == "db/sql/users/all.sql:1: has no prose: begin with a sentence that says what comes back"


def test_a_file_without_a_budget_is_found(tmp_path: Path) -> None:
    path = tmp_path / "users" / "all.sql"
    path.parent.mkdir()
    text = "-- One. Asked by nobody.\n{}SELECT /* users/all */ 1 AS one;\n"
    for budget, count in (("", 1), ("-- Budget: few.\n", 1), ("-- Budget: 1,000 buffers.\n", 0)):
        path.write_text(text.format(budget))
        found = anatomy.problems(read(path, tmp_path))
        assert len(found) == count
        assert all("has no budget: add a line `-- Budget: 100 buffers.`" in line for line in found)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("\\set limit 30\n", "", "LIMIT :limit;"),
        ("\\set limit 30\n", "\\set limit 30\n\\set offset 3\n", "\\set offset 3"),
        (ENDS, "LIMIT :limit\n  OFFSET 30;\n", "  OFFSET 30;"),
        ("/* timelines/public */", "", "SELECT "),
    ],
)
def test_it_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    (found,) = problems(tmp_path, old, new)
    place = found.split(":")
    assert place[0] == "db/sql/timelines/public.sql"
    assert (tmp_path / "timelines" / "public.sql").read_text().splitlines()[int(place[1]) - 1] == line
