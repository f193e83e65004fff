"""deploy/elasticsearch/setup with the real curl, before what takes its requests over TLS."""

import http.server
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.settings import child_environment
from tests.watching.rules import DEPLOY

SETUP = DEPLOY / "elasticsearch" / "setup"
SECRETS = (
    *("elasticsearch_password", "elasticsearch_grafana_password", "elasticsearch_exporter_password"),
    *("filebeat_password", "kibana_system_password"),
)


@dataclass
class Asked:
    """Where it listens, the folder of secrets, every request as method, path and body, and what it answers."""

    port: int
    secrets: Path
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def run(self) -> "subprocess.CompletedProcess[str]":
        place = f"https://localhost:{self.port}"
        environment = child_environment(ELASTICSEARCH=place, KIBANA=place, SECRETS=str(self.secrets))
        return subprocess.run([SETUP], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    for name in SECRETS:
        (tmp_path / name).write_text(f"canary-{name}", "ascii")
    certificate, key = tmp_path / "elasticsearch_ca", tmp_path / "key"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=here"]
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", "req", "-x509", *made, *files], check=True, capture_output=True)

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            recorder.requests.append((self.command, self.path, body))
            status, said = recorder.answers.get(self.path, (200, b"{}"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_PUT = do_POST = answer  # noqa: N815  # the names are http.server's

        def log_message(self, *_: Any) -> None:
            """Nothing to the terminal."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    recorder = Asked(server.server_address[1], tmp_path)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield recorder
    server.shutdown()
    thread.join()
    server.server_close()


def test_everything_is_put_in_place_and_what_is_needed_first_comes_first(asked: Asked) -> None:
    ended = asked.run()
    assert ended.returncode == 0, ended.stderr
    assert [(method, path) for method, path, _ in asked.requests] == [
        ("PUT", "/_ilm/policy/minitwit-logs"),
        ("PUT", "/_ingest/pipeline/minitwit-logs"),
        ("PUT", "/_component_template/minitwit-settings"),
        ("PUT", "/_component_template/minitwit-mappings"),
        ("PUT", "/_index_template/minitwit-logs"),
        ("PUT", "/_security/role/reads_logs"),
        ("PUT", "/_security/role/writes_logs"),
        ("PUT", "/_security/role/watches"),
        ("PUT", "/_security/user/grafana"),
        ("PUT", "/_security/user/filebeat"),
        ("PUT", "/_security/user/exporter"),
        ("POST", "/_security/user/kibana_system/_password"),
        ("POST", "/api/saved_objects/_import?overwrite=true"),
    ]
    bodies = {path: body for _, path, body in asked.requests}
    assert json.loads(bodies["/_security/user/grafana"])["password"] == "canary-elasticsearch_grafana_password"
    assert json.loads(bodies["/_security/user/filebeat"]) == {
        "password": "canary-filebeat_password",
        "roles": ["writes_logs"],
    }
    assert (DEPLOY / "kibana" / "minitwit.ndjson").read_bytes() in bodies["/api/saved_objects/_import?overwrite=true"]


def test_no_secret_is_said(asked: Asked) -> None:
    ended = asked.run()
    assert "canary" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "path",
    ["/_ilm/policy/minitwit-logs", "/_security/user/grafana", "/_security/user/kibana_system/_password"],
)
def test_a_refusal_ends_it_and_tells_why(asked: Asked, path: str) -> None:
    asked.answers[path] = (400, b'{"error":"of a kind"}')
    ended = asked.run()
    assert ended.returncode != 0
    assert "of a kind" in ended.stdout + ended.stderr
    assert asked.requests[-1][1] == path, "nothing comes after it"
