"""What an image is made of: pinned, small, nobody's rights, its health told, no secret. Each rule is seen to find what
breaks it."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.dockerfiles import finals, ignored, problems, stages

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "deploy").rglob("Dockerfile"))
DOORS = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
PROXY = (ROOT / "deploy" / "nginx" / "Dockerfile").read_text("utf-8")
IGNORE = (ROOT / ".dockerignore").read_text("utf-8")


def named(path: Path) -> str:
    return path.parent.name


@pytest.mark.parametrize("path", FILES, ids=named)
def test_each_image_is_made_as_all_are(path: Path) -> None:
    assert problems(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("debian:bookworm-slim", "debian:latest", "debian:latest is not pinned by a version"),
        ("debian:bookworm-slim", "debian", "debian is not pinned by a version"),
        (
            "# The images",
            "# syntax=docker/dockerfile:1\n# The images",
            "the classic builder does not know a syntax line",
        ),
        ("RUN set -eu", "RUN --mount=type=cache set -eu", "the classic builder does not know RUN with an option"),
        ("COPY core", "COPY --chmod=755 core", "the classic builder does not know COPY with an option of BuildKit's"),
        ("COPY core core", "COPY <<END core", "the classic builder does not know a heredoc"),
        ("USER 10001:10001", "", "web runs as root"),
        ("USER 10001:10001", "USER 0", "api runs as root"),
        ("HEALTHCHECK NONE", "", "migrate says nothing of its health"),
        ("--from=builder", "--from=other", "--from=other is no stage"),
        ('["python", "-m", "web_aiohttp"]', "python -m web_aiohttp", "web: CMD is no list of words"),
        ("WEB_PORT=8000", "DATABASE_URL=postgresql://a:b@db/", "web: DATABASE_URL may hold a secret"),
        ("WEB_PORT=8000", "SIMULATOR_PASSWORD=x", "web: SIMULATOR_PASSWORD may hold a secret"),
        ("--no-install-recommends ", "", "apt-get leaves more behind than is needed"),
        ("COPY core", "ADD core", "ADD fetches and unpacks: COPY does"),
    ],
)
def test_what_is_made_otherwise_is_found(was: str, becomes: str, found: str) -> None:
    assert was in DOORS
    assert found in problems(DOORS.replace(was, becomes))


def test_there_are_three_images_of_ours_and_each_has_what_it_needs_and_no_more() -> None:
    assert [stage.name for stage in finals(DOORS)] == ["web", "api", "migrate"]
    for stage in finals(DOORS):
        copied = {part for rest in stage.all("COPY") for part in re.findall(r"/opt/minitwit/(\w+) ", rest)}
        own = {"web": {"web_aiohttp"}, "api": {"api_starlette"}, "migrate": set()}[stage.name]
        assert copied == {"venv", "core", "db"} | own


def test_no_compiler_and_no_installer_is_in_what_runs() -> None:
    (runtime,) = [stage for stage in stages(DOORS) if stage.name == "runtime"]
    (installed,) = re.findall(r"install -y --no-install-recommends ([^>]+) >", " ".join(runtime.all("RUN")))
    assert installed.split() == ["python3.11-minimal", "libpython3.11-stdlib"]


def test_the_revision_comes_last_so_that_all_before_it_is_kept() -> None:
    for part in re.split(r"^FROM runtime AS \w+$", DOORS, flags=re.M)[1:]:
        before, _, after = part.partition("ARG REVISION")
        assert "CMD" in before
        assert not re.search(r"^(RUN|COPY)", after, re.M)


def test_an_image_of_one_stage_is_looked_at_as_well() -> None:
    assert problems(PROXY.replace("USER 101:101", "")) == ["the image runs as root"]


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name != "deploy"], ids=named)
def test_only_the_doors_and_the_migration_know_the_revision(path: Path) -> None:
    """So the others are the same, byte for byte, and a release restarts neither the database nor the proxy."""
    assert "REVISION" not in path.read_text("utf-8")


def test_the_health_of_a_door_is_whether_it_is_ready() -> None:
    checks = {stage.name: stage.last("HEALTHCHECK") for stage in finals(DOORS)}
    assert checks["web"].endswith('CMD ["python", "-ESs", "-m", "core.ready", "8000", "/tmp/ready"]')
    assert checks["api"].endswith('CMD ["python", "-ESs", "-m", "core.ready", "8001", "/tmp/ready"]')
    assert checks["migrate"] == "NONE"


def test_the_proxys_variables_have_the_defaults_of_its_page_and_domain_has_none() -> None:
    lines = (ROOT / "deploy" / "nginx" / "variables.env").read_text("utf-8").splitlines()
    defaults = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    del defaults["DOMAIN"]
    (proxy,) = finals(PROXY)
    assert {**proxy.environment()} == {"NGINX_ENTRYPOINT_QUIET_LOGS": "1", **defaults}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_what_is_copied_is_there_and_may_be_seen_by_the_build(path: Path) -> None:
    for stage in stages(path.read_text("utf-8")):
        for rest in stage.all("COPY"):
            words = [word for word in rest.split() if not word.startswith("--")]
            for source in [] if "--from=" in rest else words[:-1]:
                assert (ROOT / source).exists(), source
                assert not ignored(source, IGNORE), source


SECRET = [
    *(
        ".env",
        ".git/config",
        ".data/url",
        ".venv/pyvenv.cfg",
        ".vagrant/machines",
        ".ci/run",
        "Vagrantfile",
        "id_ed25519",
    ),
    *("docker-stack.yml", "tests/conftest.py", "deploy/provision/secrets.sh", "deploy/vagrant/choices.rb", "tls.pem"),
    *("deploy/nginx/tls.pem", "deploy/nginx/tls.key", "deploy/postgres/.pgpass", "core/.env", "db/production.env"),
    *("core/__pycache__/settings.cpython-311.pyc", "deploy/grafana/.git/config", "requirements/dev.txt"),
]


@pytest.mark.parametrize("path", SECRET)
def test_a_build_does_not_see_what_no_image_needs(path: str) -> None:
    assert ignored(path, IGNORE)


def test_without_its_first_line_a_build_would_see_it() -> None:
    broken = IGNORE.replace("\n*\n", "\n")
    seen = {path for path in SECRET if not ignored(path, broken)}
    assert {"id_ed25519", "docker-stack.yml", "tests/conftest.py", "deploy/provision/secrets.sh"} <= seen


def test_of_all_that_is_committed_a_build_sees_only_these_folders() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    seen = {path for path in listed.stdout.splitlines() if not ignored(path, IGNORE)}
    assert {path.split("/")[0] for path in seen} == {
        *("LICENSE", "NOTICE", "requirements", "core", "db", "web_aiohttp", "api_starlette", "deploy")
    }
    assert "db/sql/timelines/public.sql" in seen
    assert not [path for path in seen if path.startswith(("deploy/provision", "deploy/vagrant"))]
