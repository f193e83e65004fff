"""The loader: what it makes of a file, and what it leaves alone."""

from pathlib import Path

import pytest

from db.queries import load, number, read, readable


@pytest.mark.parametrize(
    ("statement", "numbered", "names"),
    [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ("a", "b")),
        ("SELECT :'name'::text", "SELECT $1::text", ("name",)),
        (
            "SELECT ':no', \":no\", x::int -- :no\n/* :no */, :yes",
            "SELECT ':no', \":no\", x::int -- :no\n/* :no */, $1",
            ("yes",),
        ),
        ("SELECT 'it''s :no' || :yes", "SELECT 'it''s :no' || $1", ("yes",)),
        ("SELECT $$ :no $$, $f$ :no $f$, :yes", "SELECT $$ :no $$, $f$ :no $f$, $1", ("yes",)),
        ("SELECT a[1:2]", "SELECT a[1:2]", ()),
    ],
)
def test_parameters_get_numbers_and_everything_else_stays(
    statement: str, numbered: str, names: tuple[str, ...]
) -> None:
    assert number(statement) == (numbered, names)


def test_a_file_is_prose_samples_and_one_statement(tmp_path: Path) -> None:
    path = tmp_path / "users" / "some.sql"
    path.parent.mkdir()
    path.write_text(
        "-- Some users.\n-- Asked by nobody.\n\\set name 'O''Hara'\n\\set token '\\\\x00'\n\\set nothing NULL\n\n"
        "SELECT /* users/some */ 1\nWHERE :'name' = :'token' OR :nothing IS NULL;\n"
    )
    query = read(path, tmp_path)
    assert query.name == "users/some"
    assert query.prose == "Some users.\nAsked by nobody."
    assert query.samples == {"name": "O'Hara", "token": "\\x00", "nothing": None}
    assert query.sql == "SELECT /* users/some */ 1\nWHERE $1 = $2 OR $3 IS NULL"
    assert query.parameters == ("name", "token", "nothing")


def test_the_header_may_declare_what_a_query_costs_and_returns(tmp_path: Path) -> None:
    path = tmp_path / "users" / "some.sql"
    path.parent.mkdir()
    path.write_text(
        "-- Some users.\n--\n-- Budget: 1,000 buffers, 1,200 in all.\n-- Scans: users.\n-- NULL: a, b.\n-- Profiles:\n"
        "--   SELECT 'one' AS profile,\n--   1 AS n\n\\set n 1\n\nSELECT /* users/some */ :n;\n"
    )
    query = read(path, tmp_path)
    assert (query.prose, query.budget, query.in_all) == ("Some users.", 1000, 1200)
    assert (query.scans, query.nullable) == (("users",), ("a", "b"))
    assert query.profiles == "SELECT 'one' AS profile,\n  1 AS n"
    assert query.samples == {"n": "1"}


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "users").mkdir()
    (tmp_path / "users" / "good.sql").write_text("SELECT /* users/good */ 1;\n")
    (tmp_path / "users" / "latin.sql").write_bytes(b"-- caf\xe9\n")
    queries, found = readable(tmp_path)
    assert list(queries) == ["users/good"]
    assert found == ["db/sql/users/latin.sql:1: cannot be read (UnicodeDecodeError)"]


def test_a_query_is_named_by_its_place() -> None:
    assert {"timelines/public", "users/register", "simulator/record"} <= load().keys()
