"""Webhooks, pings and commands: a real receiver on loopback, a real program."""

import http.server
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wizard import messages
from wizard.alerts import command, webhook
from wizard.alerts.interface import Alert, Channel
from wizard.errors import Message, WizardError
from wizard.http.address import host_of, is_usable
from wizard.secret import Secret

ALERT = Alert(
    "7f", "failed", "Staff", "error", "The last <run> failed", "Run & see.", "2026-11-30T12:00:00Z", "pc"
)


class Receiver(http.server.ThreadingHTTPServer):
    """Records each POST and answers with a status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.seen: list[tuple[str, Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        if 300 <= self.server.status < 400:
            self.send_header("Location", f"{self.server.address}/elsewhere")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


HOOK = Channel("webhook", "webhook", host="hooks.example.test")


def test_a_webhook_gets_everything_as_json(receiver: Receiver) -> None:
    answer = webhook.send(HOOK, Secret(f"{receiver.address}/secret-path?key=1"), ALERT)
    assert (answer.code, answer.args["status"]) == ("alert-answered", 200)
    ((path, body),) = receiver.seen
    assert path == "/secret-path?key=1"
    assert body == {
        "id": "7f",
        "event": "failed",
        "job": "Staff",
        "severity": "error",
        "title": ALERT.title,
        "text": ALERT.text,
        "time": ALERT.at,
        "computer": "pc",
    }


def test_slack_and_teams_get_their_own_shape() -> None:
    slack = webhook.body_of(replace(HOOK, template="slack"), ALERT)
    assert slack == {"text": "*Staff: The last &lt;run&gt; failed*\nRun &amp; see."}
    teams = webhook.body_of(replace(HOOK, template="teams"), ALERT)
    (attachment,) = teams["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [block["text"] for block in attachment["content"]["body"]] == ["Staff: " + ALERT.title, ALERT.text]


def test_pings_tell_start_success_and_failure(receiver: Receiver) -> None:
    address = Secret(f"{receiver.address}/7e/")
    for event in ("started", "succeeded", "failed"):
        webhook.ping(HOOK, address, replace(ALERT, event=event))
    assert [path for path, _ in receiver.seen] == ["/7e/start", "/7e/", "/7e/fail"]


@pytest.mark.parametrize(
    ("status", "code"), [(404, "alert-refused"), (500, "alert-refused"), (302, "answered-by-redirect")]
)
def test_a_receivers_refusal_is_reported_without_the_address(receiver: Receiver, status: int, code: str) -> None:
    receiver.status = status
    with pytest.raises(WizardError) as error:
        webhook.send(HOOK, Secret(f"{receiver.address}/secret-path"), ALERT)
    if status >= 400:
        assert error.value.message.code == code
    assert "secret-path" not in str(error.value)
    assert len(receiver.seen) == 1, "no redirect is followed"


def test_a_missing_secret_and_a_receiver_that_is_gone() -> None:
    with pytest.raises(WizardError, match="alert-address-missing"):
        webhook.send(HOOK, None, ALERT)
    with pytest.raises(WizardError) as error:
        webhook.send(HOOK, Secret("http://127.0.0.1:9/secret-path"), ALERT)
    assert "secret-path" not in str(error.value)


@pytest.mark.parametrize(
    ("address", "usable", "host"),
    [
        ("https://hooks.example.test/a/b", True, "hooks.example.test"),
        ("https://hooks.example.test:8443/a", True, "hooks.example.test:8443"),
        ("http://127.0.0.1:4/a", True, "127.0.0.1:4"),
        ("http://hooks.example.test/a", False, "hooks.example.test"),
        ("https://user:word@hooks.example.test/", False, "hooks.example.test"),
        ("https://hooks.example.test/a\nb", False, "hooks.example.test"),
        ("ftp://hooks.example.test/", False, "hooks.example.test"),
        ("https://hooks.example.test:no/", False, ""),
        ("", False, ""),
        pytest.param("https://hooks.example.com/" + "x" * 7_000, True, "hooks.example.com", id="long"),
        pytest.param("https://hooks.example.com/" + "x" * 65_536, False, "hooks.example.com", id="too long"),
    ],
)
def test_only_encrypted_addresses_are_used(address: str, usable: bool, host: str) -> None:
    assert is_usable(Secret(address)) is usable
    assert host_of(Secret(address)) == host


def test_a_command_gets_the_values_in_its_environment(tmp_path: Path) -> None:
    script = tmp_path / "hook.py"
    script.write_text(
        "import json, os, sys\n"
        "values = {k: v for k, v in os.environ.items() if k.startswith('ICW_ALERT_')}\n"
        "open(sys.argv[1], 'w').write(json.dumps(values))\nsys.exit(int(sys.argv[2]))\n"
    )
    seen = tmp_path / "seen; touch not-a-shell.json"
    channel = Channel("command", "command", arguments=(sys.executable, str(script), str(seen), "0"))
    assert command.send(channel, None, replace(ALERT, title="A\0B")).code == "alert-command-done"
    values = json.loads(seen.read_text())
    assert (values["ICW_ALERT_JOB"], values["ICW_ALERT_TITLE"], values["ICW_ALERT_ID"]) == ("Staff", "A B", "7f")
    assert [path.name for path in tmp_path.iterdir() if "not-a-shell" in path.name] == [seen.name]
    with pytest.raises(WizardError) as error:
        command.send(replace(channel, arguments=(*channel.arguments[:3], "7")), None, ALERT)
    assert (error.value.message.code, error.value.message.args["exit_code"]) == ("alert-command-failed", 7)
    for arguments in (("/no/such/program",), ()):
        with pytest.raises(WizardError, match="alert-command-not-started"):
            command.send(replace(channel, arguments=arguments), None, ALERT)


def test_a_command_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_SECONDS", 0.2)
    channel = Channel("command", "command", arguments=(sys.executable, "-c", "import time; time.sleep(600)"))
    with pytest.raises(WizardError, match="alert-command-timeout"):
        command.send(channel, None, ALERT)


def test_an_answer_that_an_earlier_version_stored_is_still_read() -> None:
    before = Message("alert-answered", host="hooks.example.test", status=200, seconds=0.3)
    now = Message("alert-answered", status=200, seconds=0.3)
    assert messages.text(before) == messages.text(now)
