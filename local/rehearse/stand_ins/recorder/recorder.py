"""Answers as Elasticsearch does to a shipper, and writes each document to a file, a line each."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

KEPT = Path("/tmp/lines")  # noqa: S108  # in a container of its own


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8").splitlines()
        lines = sent[1::2]  # before each stands what to do with it
        if lines:
            with KEPT.open("a", encoding="utf-8") as kept:
                kept.write("".join(f"{line}\n" for line in lines))
        items = [{"create": {"status": 201}} for _ in lines]
        said = json.dumps({"took": 1, "errors": False, "items": items}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_HEAD = do_POST = answer  # noqa: N815  # the names are http.server's

    def log_message(self, *_: object) -> None:
        """Its own lines would be shipped to itself."""


ThreadingHTTPServer(("", 9200), Recorder).serve_forever()
