"""A shipper from Debian, rsyslog with its output for Elasticsearch, carries every line of a run to an endpoint that
answers as Elasticsearch does and refuses what the template does not hold."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from local.watch.proxy import substituted
from tests.watching.conftest import Watched
from tests.watching.documents import ingested
from tests.watching.test_log_lines import log_files

pytestmark = [pytest.mark.watching, pytest.mark.rsyslog]

TEMPLATE = Path(__file__).with_name("rsyslog.conf.template")
PROGRAM = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"


class Recording:
    """What an Elasticsearch would hold, and what it refused with its reason."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.refused: list[str] = []
        self.indices: set[str] = set()

    async def bulk(self, request: web.Request) -> web.Response:
        """POST /_bulk: an action and a line, an action and a line …"""
        sent = (await request.text()).splitlines()
        answers = [self._take(json.loads(action), line) for action, line in zip(sent[::2], sent[1::2], strict=True)]
        return web.json_response(
            {"took": 1, "errors": any("error" in each["create"] for each in answers), "items": answers}
        )

    async def hello(self, request: web.Request) -> web.Response:
        """What a shipper asks before: whether somebody is there."""
        return web.json_response({"cluster_name": "minitwit-logs"})

    def _take(self, action: dict[str, Any], line: str) -> dict[str, Any]:
        ((operation, about),) = action.items()
        assert operation == "create", "a data stream takes nothing else"
        self.indices.add(about["_index"])
        try:
            ingested(line)
        except ValueError as error:
            self.refused.append(line)
            kind = {"type": "document_parsing_exception", "reason": str(error)}
            return {"create": {"_index": about["_index"], "status": 400, "error": kind}}
        self.stored.append(line)
        return {"create": {"_index": about["_index"], "status": 201, "result": "created"}}


@asynccontextmanager
async def shipping(folder: Path, files: Path) -> AsyncIterator[Recording]:
    """rsyslog reads these files until the block ends."""
    recording = Recording()
    app = web.Application(client_max_size=2**26)
    app.add_routes([web.post("/_bulk", recording.bulk), web.get("/{rest:.*}", recording.hello)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    values = {"FOLDER": str(folder), "FILES": str(files), "PORT": str(runner.addresses[0][1])}
    (folder / "rsyslog.conf").write_text(substituted(TEMPLATE.read_text("utf-8"), values), "utf-8")
    with (folder / "said").open("wb") as said:
        words = ["-n", "-f", str(folder / "rsyslog.conf"), "-i", str(folder / "pid")]
        process = await asyncio.create_subprocess_exec(PROGRAM, *words, stdout=said, stderr=said)
    await asyncio.sleep(0.3)
    assert process.returncode is None, (folder / "said").read_text("utf-8")
    try:
        yield recording
    finally:
        await runner.cleanup()
        process.terminate()
        await process.wait()


async def arrived(recording: Recording, count: int) -> None:
    for _ in range(300):
        if len(recording.stored) + len(recording.refused) >= count:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)  # and nothing comes twice


async def test_every_line_of_every_component_arrives_once_and_is_stored(watched: Watched, tmp_path: Path) -> None:
    sent: list[str] = []
    (tmp_path / "lines").mkdir()
    for number, (component, path) in enumerate(log_files(watched)):
        shutil.copy(path, tmp_path / "lines" / f"{component}-{number}.log")
        sent += path.read_text("utf-8").splitlines()
    async with shipping(tmp_path, tmp_path / "lines" / "*.log") as recording:
        await arrived(recording, len(sent))
    assert recording.refused == []
    assert sorted(recording.stored) == sorted(sent)
    assert recording.indices == {"logs-minitwit-default"}


async def test_a_line_that_the_template_does_not_hold_is_refused_and_the_shipper_writes_it_down(tmp_path: Path) -> None:
    good = {"@timestamp": "2026-11-25T10:00:00.000Z", "message": "m", "log.level": "info", "ecs.version": "8.11.0"}
    lines = [json.dumps(good | {"service.name": "web", name: 1}) for name in ("event.duration", "event.durations")]
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / "one.log").write_text("".join(f"{line}\n" for line in lines))
    async with shipping(tmp_path, tmp_path / "lines" / "*.log") as recording:
        await arrived(recording, 2)
        for _ in range(100):
            if (tmp_path / "refused.json").exists() and (tmp_path / "refused.json").stat().st_size:
                break
            await asyncio.sleep(0.05)
    assert (recording.stored, recording.refused) == (lines[:1], lines[1:])
    assert "event.durations is no field of the template" in (tmp_path / "refused.json").read_text("utf-8")
