"""What a migration has to have: a number, a sentence, its place in the chain, a lock timeout, a rollback. And what was
released stays as it is.

An edit would reach new databases only: where the old text was applied, nothing happens, for yoyo knows a migration by
its name. Two databases of one release would differ. So `released.sha256` holds the hash of each released file.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from db.health import migrations_needed
from db.pool import NotReady

RELEASED = "released.sha256"
"""In the form of sha256sum, which checks it as well: `cd db/migrations && sha256sum --check released.sha256`."""


def problems(folder: Path) -> list[str]:
    """Everything that is wrong with the migrations of this folder, `file:line: rule: words` each."""
    names = migrations_needed(folder)
    found = [line for name in names for line in _form(folder, name, names)]
    return [f"db/migrations/{line}" for line in (*found, *_edited(folder))]


def release(folder: Path) -> list[str]:
    """Adds the hashes of what is not listed yet, and returns the names of the files. They stay as they are from now on.

    Raises `NotReady` when something is wrong with a migration.
    """
    if wrong := problems(folder):
        raise NotReady("\n".join(wrong))
    listed = _listed(folder)
    new = [path for path in sorted(folder.glob("*.sql")) if path.name not in listed]
    with (folder / RELEASED).open("a", encoding="ascii") as file:
        file.writelines(f"{_hash(path)}  {path.name}\n" for path in new)
    return [path.name for path in new]


def _form(folder: Path, name: str, names: list[str]) -> Iterator[str]:
    text = (folder / f"{name}.sql").read_text("utf-8")
    rollback = folder / f"{name}.rollback.sql"
    alone = re.search(r"^-- transactional: *false", text, re.MULTILINE)
    timeout = "SET lock_timeout" if alone else "SET LOCAL lock_timeout"
    if not re.fullmatch(r"\d{4}-[a-z]+(-[a-z]+)*", name):
        yield f"{name}.sql:1: name: has to be NNNN-some-words.sql"
    if not re.search(r"^-- [A-Z].*\.$", text, re.MULTILINE):
        yield f"{name}.sql:1: prose: has no sentence on top: say what it brings, and for whom"
    if timeout not in text:
        yield f"{name}.sql:1: lock timeout: who waits behind it waits as long as it does: begin with {timeout} = '5s';"
    if not rollback.is_file() or not rollback.read_text("utf-8").strip():
        yield f"{name}.sql:1: rollback: cannot be taken back: write {rollback.name}"
    depends = re.search(r"^-- depends:(.*)$", text, re.MULTILINE)
    if not depends and name != names[0] and f"{name}.sql" not in _listed(folder):
        yield f"{name}.sql:1: chain: does not say what it stands on: write `-- depends: {names[names.index(name) - 1]}`"
    for other in depends[1].split() if depends else ():
        if other not in names or other >= name:
            yield f"{name}.sql:{_line(text, '-- depends:')}: chain: depends on {other}, which is no earlier migration"


def _edited(folder: Path) -> Iterator[str]:
    for name, released in _listed(folder).items():
        if not (folder / name).is_file():
            yield f"{name}:1: released: is gone: bring it back, and write the next migration instead"
        elif _hash(folder / name) != released:
            yield f"{name}:1: released: was edited: take the edit back, and write the next migration instead"


def _listed(folder: Path) -> dict[str, str]:
    """The hash of each released file by its name."""
    path = folder / RELEASED
    lines = path.read_text("ascii").splitlines() if path.is_file() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _line(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1
