"""What every command of the tool is, and the query and values that several of them are given."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from core.settings import Settings
from db.pool import NotReady
from db.queries import Query, load

Run: TypeAlias = Callable[[Settings, argparse.Namespace], int]
"""Does it, prints what there is to say, and returns the exit code. Raises `NotReady` with one sentence."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""Where a module of this folder adds its command, in a function `add(commands)`."""


def command(
    commands: Commands, name: str, words: str, run: Run, *arguments: tuple[str, dict[str, Any]], database: bool = True
) -> None:
    """Adds a command with its arguments, each as argparse takes it: a name and options. Most need a `database`."""
    parser = commands.add_parser(name, help=words, description=words)
    for argument, options in arguments:
        parser.add_argument(argument, **options)
    parser.set_defaults(run=run, database=database)


def with_the_files_rights(settings: Settings) -> Settings:
    """For the DBA: with the rights that the query files need, which it takes to see what a plan says of NULL."""
    place = urlsplit(settings.database_url)
    if place.username != "minitwit_dba":
        return settings
    query = f"{place.query}&role=minitwit_queries".lstrip("&")
    return replace(settings, database_url=place._replace(query=query).geturl())


QUERY: tuple[str, dict[str, Any]] = ("query", {"help": "its name, timelines/public for db/sql/timelines/public.sql"})
VALUES: tuple[str, dict[str, Any]] = ("values", {"nargs": "*", "metavar": "name=value", "help": "a parameter's value"})


def named(arguments: argparse.Namespace) -> tuple[Query, dict[str, str]]:
    """The query that the command line names, and the values it gives. Raises `NotReady` when there is no such query."""
    query = find(load(), arguments.query)
    if wrong := [pair for pair in arguments.values if "=" not in pair]:
        raise NotReady(f"Values are written name=value, which {wrong[0]!r} is not")
    return query, dict(pair.split("=", 1) for pair in arguments.values)


def find(queries: Mapping[str, Query], name: str) -> Query:
    """The query of this name, or of this path. Raises `NotReady` when there is none."""
    name = name.removeprefix("db/sql/").removesuffix(".sql")
    if name not in queries:
        raise NotReady(f"There is no query {name}; there are {', '.join(sorted(queries))}")
    return queries[name]
