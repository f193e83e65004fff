"""Which PostgreSQL is run, of those that are there."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.settings import Settings
from local.programs import Programs, find_programs
from local.words import CannotRun

SETTINGS = Settings.read({})


def test_the_wheel_brings_programs_that_offer_what_the_migrations_need() -> None:
    wheel = find_programs(SETTINGS, source="wheel")
    assert wheel.major == 18
    assert wheel.offers("pg_stat_statements")
    assert not wheel.offers("a library that nobody wrote")


def test_the_folder_that_pgbin_names_comes_first() -> None:
    wheel = find_programs(SETTINGS, source="wheel")
    assert find_programs(replace(SETTINGS, pgbin=wheel.folder)) == Programs(wheel.folder, wheel.major, "pgbin")


def test_the_version_that_made_the_data_comes_before_the_order(tmp_path: Path) -> None:
    wheel = find_programs(SETTINGS, source="wheel")
    older = _pretended(tmp_path, "postgres (PostgreSQL) 16.9")
    assert find_programs(replace(SETTINGS, pgbin=older)).major == 16
    assert find_programs(replace(SETTINGS, pgbin=older), major=18).major == wheel.major


@pytest.mark.parametrize("version", ["postgres (PostgreSQL) 14.22", "something else entirely", ""])
def test_programs_that_are_too_old_or_not_postgresql_are_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(
        CannotRun, match=r"^PGBIN is .*, and no PostgreSQL of version 15 or newer can be run from there"
    ):
        find_programs(replace(SETTINGS, pgbin=_pretended(tmp_path, version)))


def _pretended(folder: Path, version: str) -> Path:
    """A folder of programs that say this when asked for their version."""
    for program in ("postgres", "initdb"):
        (folder / program).write_text(f"#!/bin/sh\necho '{version}'\n")
        (folder / program).chmod(0o755)
    return folder
