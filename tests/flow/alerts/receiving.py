"""A receiver of alerts, and a run that fails."""

import json
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from wizard.alerts.interface import Channel
from wizard.errors import Message, NoSecret
from wizard.flow.runs.attempts import noted
from wizard.flow.services import Services
from wizard.provisioning.job import Job

CALLS = "import json, os, sys; open(sys.argv[1], 'a').write(json.dumps(dict(os.environ)) + chr(10))"


class Inbox:
    """Receives alerts as a command."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "alerts.jsonl"

    @property
    def channel(self) -> Channel:
        return Channel("", "command", arguments=(sys.executable, "-c", CALLS, str(self._file)))

    def seen(self) -> list[Mapping[str, Any]]:
        return [json.loads(line) for line in self._file.read_text().splitlines()] if self._file.exists() else []

    def events(self) -> list[str]:
        return [one["ICW_ALERT_EVENT"] for one in self.seen()]


class Receiver:
    """A web server on loopback that takes what is posted to it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        paths = self.paths

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                paths.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


NO_TOKEN, LOCKED = Message("no-access-token", variable="X"), Message("keyring-locked", secret="aws-token")


async def fail(services: Services, job: Job, why: Message = NO_TOKEN) -> None:
    with pytest.raises(NoSecret):
        async with noted(services, job, "command"):
            raise NoSecret(why)
