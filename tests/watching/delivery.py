"""A real Alertmanager on the real configuration, a mail server and a webhook to which it delivers."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import aiohttp
from aiohttp import web

from bench.servers import free_port
from tests.watching.rules import DEPLOY

TEMPLATE = DEPLOY / "alertmanager" / "alertmanager.yml.template"
AMTOOL = "amtool"
PROGRAM = shutil.which("prometheus-alertmanager") or "alertmanager"


@dataclass
class Heard:
    """What arrived: mails as they were sent, pages as the webhook got them, with their Authorization header."""

    mails: list[str] = field(default_factory=list)
    pages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def rendered(folder: Path, smtp_port: int, webhook: str) -> Path:
    """The configuration with the values and secrets of a test. TLS and sign-in at the mail server are left out: there
    is none here who could offer them. Waiting is shortened."""
    values = {"SMTP_HOST": f"127.0.0.1:{smtp_port}", "SMTP_USER": "minitwit", "MAIL_FROM": "minitwit@example.com"}
    text = Template(TEMPLATE.read_text("utf-8")).substitute(
        values | {"MAIL_TO": "oncall@example.com", "WEBHOOK_URL": webhook}
    )
    for name in ("smtp_password", "webhook_token"):
        (folder / name).write_text(f"the {name}")
    text = text.replace("/run/secrets/", f"{folder}/")
    for old, new in (
        ("smtp_require_tls: true", "smtp_require_tls: false"),
        ("  smtp_auth_username: 'minitwit'\n", ""),
        (f"  smtp_auth_password_file: {folder}/smtp_password\n", ""),
        ("group_wait: 30s", "group_wait: 300ms"),
        ("group_wait: 10s", "group_wait: 100ms"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "alertmanager.yml"
    path.write_text(text, "utf-8")
    return path


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[str, Heard]]:
    """The URL of an Alertmanager, and what it delivers."""
    heard = Heard()
    mail = await asyncio.start_server(lambda reader, writer: _mail(reader, writer, heard), "127.0.0.1", 0)
    hook = web.AppRunner(_webhook(heard))
    await hook.setup()
    await web.TCPSite(hook, "127.0.0.1", 0).start()
    port = free_port()
    config = rendered(folder, mail.sockets[0].getsockname()[1], f"http://127.0.0.1:{hook.addresses[0][1]}/hook")
    words = [f"--config.file={config}", f"--storage.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            PROGRAM, *words, "--cluster.listen-address=", stdout=log, stderr=log, env=dict(os.environ)
        )
    try:
        await _ready(f"http://127.0.0.1:{port}/-/ready")
        yield f"http://127.0.0.1:{port}", heard
    finally:
        process.terminate()
        await process.wait()
        mail.close()
        await hook.cleanup()


async def _ready(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(url) as answer:
                    if answer.status == web.HTTPOk.status_code:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"{url} does not answer")


async def _mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Heard) -> None:
    """As much of RFC 5321 as it takes to be sent a mail: no library for that is among the tests' own."""
    writer.write(b"220 mail.test\r\n")
    while line := await reader.readline():
        verb = line.split()[0].upper().decode() if line.split() else ""
        if verb == "DATA":
            writer.write(b"354 go on\r\n")
            mail = await reader.readuntil(b"\r\n.\r\n")
            heard.mails.append(mail.decode())
        writer.write(b"221 bye\r\n" if verb == "QUIT" else b"250 fine\r\n")
        await writer.drain()
        if verb == "QUIT":
            break
    writer.close()


def _webhook(heard: Heard) -> web.Application:
    async def take(request: web.Request) -> web.Response:
        heard.pages.append((request.headers.get("Authorization", ""), json.loads(await request.text())))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/hook", take)])
    return app
