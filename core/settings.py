"""The settings of everything here, read once from the environment; no other module reads it.

A secret may also stand in a file: `NAME_FILE=/run/secrets/name` is read when `NAME` is not set.
"""

import getpass
import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from core import parsers

PUBLISHED_PASSWORDS = frozenset({"super_safe!", "minitwit", "postgres", "password", "secret"})
"""Passwords that stand in public documents, ours or others': good enough for a laptop, refused in production."""


class BadSettings(Exception):
    """What is wrong with the environment: every problem of it, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def setting(words: str, parse: Callable[[str], Any], default: Any, *, secret: bool = False) -> Any:
    """A field of `Settings`: its meaning in the operator's words, how its text is read, its default."""
    return field(default=default, repr=not secret, metadata={"words": words, "parse": parse, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting; the field `web_port` is the variable `WEB_PORT`."""

    environment: Literal["development", "production"] = setting(
        "`production` refuses published passwords and wants every secret stated",
        parsers.one_of("development", "production"),
        "development",
    )
    database_url: str = setting(
        "where PostgreSQL is, `postgresql://user:password@host:port/database`, or several hosts with commas; "
        "`make run` starts its own when empty",
        parsers.text,
        "",
        secret=True,
    )
    database_pool_min: int = setting("connections each door holds open", parsers.whole(1, 1000), 2)
    database_pool_max: int = setting("connections each door may open", parsers.whole(1, 1000), 10)
    database_timeout: float = setting("seconds after which a statement is given up", parsers.seconds, 5.0)
    watch_sql: bool = setting("a change in `db/sql` goes live at once, as it does on SIGHUP", parsers.truth, False)
    host: str = setting("the address both doors listen on", parsers.text, "127.0.0.1")
    web_port: int = setting("the port of the site", parsers.whole(1, 65535), 8000)
    api_port: int = setting("the port of the API", parsers.whole(1, 65535), 8001)
    https: bool = setting("people reach the site by https: cookies become `Secure` and `__Host-`", parsers.truth, False)
    session_days: int = setting("days until a sign-in ends by itself", parsers.whole(1, 3650), 30)
    simulator_username: str = setting(
        "the operator's account at the API, which may act for any user", parsers.text, "simulator"
    )
    simulator_password: str = setting("the password of that account", parsers.text, "super_safe!", secret=True)
    public_simulator: bool = setting(
        "the public simulator is pointed here: production accepts its published password", parsers.truth, False
    )
    password_threads: int = setting(
        "passwords hashed at the same time, and as many verified, 7 MiB of memory each", parsers.whole(1, 64), 2
    )
    shutdown_seconds: float = setting("seconds that running requests get to finish at a stop", parsers.seconds, 5.0)
    revision: str = setting("the commit that this was built from, for the dashboards", parsers.word, "unknown")
    log_format: Literal["auto", "json", "lines"] = setting(
        "`json` (ECS, one object a line), `lines` (for eyes), `auto`: lines on a terminal, else json",
        parsers.one_of("auto", "json", "lines"),
        "auto",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = setting(
        "the lowest level that is logged", parsers.one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"
    )
    data_dir: Path = setting("where `make run` keeps its PostgreSQL", Path, Path(".data"))
    pgbin: Path | None = setting(
        "the folder of PostgreSQL's programs for `make run`; it looks for them when empty", Path, None
    )

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """The settings this environment gives. Raises `BadSettings` with every problem there is."""
        problems: list[str] = []
        values: dict[str, Any] = {}
        for this in fields(cls):
            try:
                given = _given(this, environ)
                if given:
                    values[this.name] = this.metadata["parse"](given)
            except ValueError as error:
                problems.append(f"{this.name.upper()} {error}")
        settings = cls(**values)
        if settings.database_pool_min > settings.database_pool_max:
            problems.append("DATABASE_POOL_MIN is greater than DATABASE_POOL_MAX")
        if settings.environment == "production":
            problems += _unsafe(settings, stated=values.keys())
        if problems:
            raise BadSettings(problems)
        return settings


def _given(this: Field[Any], environ: Mapping[str, str]) -> str:
    """The text of one setting, empty when it is not set. Raises `ValueError` when its file is no good."""
    name = this.name.upper()
    given, path = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if not this.metadata["secret"] or not path:
        return given
    if given:
        raise ValueError(f"and {name}_FILE are both set: keep one")
    try:
        given = Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read from its file: {type(error).__name__}") from None
    if not given:
        raise ValueError("stands in a file that is empty")
    return given


def _unsafe(settings: Settings, stated: Any) -> list[str]:
    """What production refuses. The values themselves are never quoted."""
    problems = []
    if not settings.database_url:
        problems.append("DATABASE_URL has to be set in production")
    elif any(f":{published}@" in settings.database_url for published in PUBLISHED_PASSWORDS):
        problems.append("DATABASE_URL holds a published password, which production refuses")
    if "simulator_password" not in stated:
        problems.append("SIMULATOR_PASSWORD has to be set in production")
    elif settings.simulator_password in PUBLISHED_PASSWORDS and not settings.public_simulator:
        problems.append(
            "SIMULATOR_PASSWORD is a published password, which production refuses "
            "(PUBLIC_SIMULATOR=true accepts it, for the public simulator)"
        )
    return problems


def give_this_user_a_name() -> None:
    """Containers are often run under a number without a name, and libraries ask for a name all the same."""
    try:
        getpass.getuser()
    except (KeyError, OSError):
        os.environ["LOGNAME"] = "minitwit"


def child_environment(**changes: str | None) -> dict[str, str]:
    """This process's environment for a process that it starts, with these variables set, or absent where None."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}
