"""Settings: safe defaults, every problem at once, secrets from files, and what production refuses."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from core.settings import BadSettings, Settings

IN_PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://site:Nobody-knows-it@db/minitwit",
    "SIMULATOR_PASSWORD": "Nobody-knows-this-either",
}


def test_an_empty_environment_gives_settings_for_a_laptop() -> None:
    settings = Settings.read({})
    assert (settings.web_port, settings.api_port, settings.host) == (8000, 8001, "127.0.0.1")
    assert settings.environment == "development"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.read({}).web_port = 1  # type: ignore[misc]  # the point of this test


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(BadSettings) as found:
        Settings.read({"WEB_PORT": "eighty", "HTTPS": "perhaps", "LOG_LEVEL": "LOUD", "DATABASE_TIMEOUT": "-1"})
    assert [problem.split()[0] for problem in found.value.problems] == [
        "DATABASE_TIMEOUT",
        "WEB_PORT",
        "HTTPS",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "8_000", "٨٠", "1e3", " 80", "9" * 5000])
def test_a_port_is_a_whole_number_in_its_bounds(port: str) -> None:
    with pytest.raises(BadSettings, match="WEB_PORT has to be a whole number from 1 to 65535"):
        Settings.read({"WEB_PORT": port})


@pytest.mark.parametrize("revision", ['v1 "hotfix"', "a\nb", "a\\b", "a b", "ä", "x" * 65])
def test_a_revision_is_a_word_that_a_label_can_hold(revision: str) -> None:
    with pytest.raises(BadSettings, match="REVISION has to be at most 64 letters, digits"):
        Settings.read({"REVISION": revision})
    for good in ("857aad0", "v1.2.0-3-g857aad0_dirty", "feature/edge+eyes", "unknown"):
        assert Settings.read({"REVISION": good}).revision == good


def test_a_pool_cannot_hold_more_than_it_may_open() -> None:
    with pytest.raises(BadSettings, match="DATABASE_POOL_MIN is greater than DATABASE_POOL_MAX"):
        Settings.read({"DATABASE_POOL_MIN": "11"})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:p%40@h/d\n")
    assert Settings.read({"DATABASE_URL_FILE": str(tmp_path / "url")}).database_url == "postgresql://u:p%40@h/d"


def test_a_secret_that_is_given_twice_or_not_readable_or_empty_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for environment, sentence in (
        ({"DATABASE_URL": "x", "DATABASE_URL_FILE": "y"}, "DATABASE_URL and DATABASE_URL_FILE are both set"),
        ({"DATABASE_URL_FILE": str(tmp_path / "none")}, "DATABASE_URL cannot be read from its file: FileNotFoundError"),
        ({"SIMULATOR_PASSWORD_FILE": str(tmp_path / "empty")}, "SIMULATOR_PASSWORD stands in a file that is empty"),
    ):
        with pytest.raises(BadSettings, match=sentence):
            Settings.read(environment)


def test_what_is_no_secret_is_not_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("9")
    assert Settings.read({"WEB_PORT_FILE": str(tmp_path / "port")}).web_port == 8000


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(Settings.read(IN_PRODUCTION))
    assert "Nobody-knows" not in shown
    assert "web_port=8000" in shown


def test_a_problem_does_not_quote_the_value() -> None:
    with pytest.raises(BadSettings) as found:
        Settings.read({"WEB_PORT": "hunter2", "ENVIRONMENT": "production", "DATABASE_URL": "postgresql://u:minitwit@h"})
    assert "hunter2" not in str(found.value)
    assert "minitwit@" not in str(found.value)


def test_production_accepts_secrets_that_nobody_knows() -> None:
    assert Settings.read(IN_PRODUCTION).environment == "production"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL has to be set in production"),
        ({"DATABASE_URL": "postgresql://u:postgres@h/d"}, "DATABASE_URL holds a published password"),
        ({"SIMULATOR_PASSWORD": ""}, "SIMULATOR_PASSWORD has to be set in production"),
        ({"SIMULATOR_PASSWORD": "super_safe!"}, "SIMULATOR_PASSWORD is a published password"),
    ],
)
def test_production_refuses_secrets_that_everybody_knows(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadSettings, match=sentence):
        Settings.read({**IN_PRODUCTION, **change})


def test_production_accepts_the_published_password_for_the_public_simulator() -> None:
    change = {"SIMULATOR_PASSWORD": "super_safe!", "PUBLIC_SIMULATOR": "true"}
    assert Settings.read({**IN_PRODUCTION, **change}).simulator_password == "super_safe!"


def test_every_setting_says_what_it_means() -> None:
    assert all(field.metadata["words"] for field in fields(Settings))
