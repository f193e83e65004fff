"""Reads Dockerfiles and .dockerignore, and says what is wrong with one: a sentence each."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

Instruction = tuple[str, str]
"""Its word in capitals, and the rest of it on one line."""

BUILDKIT = {
    r"^# *syntax *=": "a syntax line",
    r"^RUN +--(mount|network|security)": "RUN with an option",
    r"^(COPY|ADD) +.*--(chmod|link|parents|exclude)": "COPY with an option of BuildKit's",
    r"<<-?['\"]?[A-Z]": "a heredoc",
}


@dataclass
class Stage:
    """What a FROM begins: its name, what it stands on, and its instructions, those that it inherits first."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, word: str) -> str:
        """The rest of the last instruction of this kind; empty when there is none."""
        return next((rest for each, rest in reversed(self.instructions) if each == word), "")

    def all(self, word: str) -> list[str]:
        return [rest for each, rest in self.instructions if each == word]

    def command(self) -> list[str]:
        """Its CMD; [] when it is no list of words."""
        given = self.last("CMD")
        return [str(word) for word in json.loads(given)] if given.startswith("[") else []

    def environment(self) -> dict[str, str]:
        return dict(re.findall(r'([A-Z_]+)=("[^"]*"|\S*)', " ".join(self.all("ENV"))))


def instructions(text: str) -> Iterator[Instruction]:
    """Without comments, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), rest.strip()


def stages(text: str) -> list[Stage]:
    """Every stage with the default of its base filled in."""
    found: dict[str, Stage] = {}
    arguments: dict[str, str] = {}
    stage: Stage | None = None
    for word, rest in instructions(text):
        if word == "FROM":
            base, _, name = re.sub(r"\$\{?(\w+)\}?", lambda asked: arguments[asked[1]], rest).partition(" AS ")
            inherited = found[base].instructions if base in found else []
            stage = Stage(name or "the image", base, [*inherited])
            found[stage.name] = stage
        elif stage is not None:
            stage.instructions.append((word, rest))
        elif word == "ARG":
            name, _, value = rest.partition("=")
            arguments[name] = value
    return list(found.values())


def finals(text: str) -> list[Stage]:
    """Those that become an image: no other stage stands on them or copies from them."""
    every = stages(text)
    used = {stage.base for stage in every} | set(re.findall(r"--from=(\S+)", text))
    return [stage for stage in every if stage.name not in used]


def problems(text: str) -> list[str]:
    """What an image of ours does not do, and this one does."""
    found = [
        f"the classic builder does not know {what}" for how, what in BUILDKIT.items() if re.search(how, text, re.M)
    ]
    every = {stage.name: stage for stage in stages(text)}
    for stage in every.values():
        if stage.base not in every and not re.search(r":(?!latest)[\w.-]*\d|:bookworm|@sha256:", stage.base):
            found.append(f"{stage.base} is not pinned by a version")
    found += [f"--from={name} is no stage" for name in re.findall(r"--from=(\S+)", text) if name not in every]
    for stage in finals(text):
        if stage.last("USER").split(":")[0] in {"", "0", "root"}:
            found.append(f"{stage.name} runs as root")
        if not stage.last("HEALTHCHECK"):
            found.append(f"{stage.name} says nothing of its health")
        found += [
            f"{stage.name}: {word} is no list of words" for word in ("CMD", "ENTRYPOINT") if _shell(stage.last(word))
        ]
        for name, value in stage.environment().items():
            if re.search("PASSWORD|SECRET|TOKEN|_KEY|_URL$", name) and not value.startswith("/run/secrets/"):
                found.append(f"{stage.name}: {name} may hold a secret")
    for rest in (rest for word, rest in instructions(text) if word == "RUN" and "apt-get" in rest):
        if "--no-install-recommends" not in rest or "rm -rf /var/lib/apt/lists" not in rest:
            found.append("apt-get leaves more behind than is needed")
    found += ["ADD fetches and unpacks: COPY does" for word, _ in instructions(text) if word == "ADD"]
    return found


def _shell(given: str) -> bool:
    return bool(given) and not given.startswith("[")


def ignored(path: str, ignore: str) -> bool:
    """Whether .dockerignore keeps this path out of a build. As Docker does it: the last line that fits decides, and
    what is said of a folder is said of all in it."""
    parts = PurePosixPath(path).parts
    out = False
    for line in ignore.splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or pattern.startswith("#"):
            continue
        if any(re.fullmatch(_expression(pattern), "/".join(parts[: end + 1])) for end in range(len(parts))):
            out = not line.startswith("!")
    return out


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
