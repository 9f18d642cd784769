"""The line in the system's log, received by sockets that a test opens."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.alerts import system_log
from wizard.alerts.system_log import SYSTEM_LOG_VARIABLE, Line, write

LINE = Line("warning", "Run of Staff\nby ann", {"job": 'a"b]c\\d', "exit_code": "1"})


@pytest.fixture
def log(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "log"))
        receiver.settimeout(20)
        yield receiver


def test_syslog_gets_a_message_of_rfc_5424(log: socket.socket, tmp_path: Path) -> None:
    assert write(LINE, {SYSTEM_LOG_VARIABLE: str(tmp_path / "log")})
    text = log.recv(8192).decode()
    header = re.match(
        r"<28>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ identity-center-wizard \d+ run \[run@32473 ", text
    )
    assert header is not None
    assert text[header.end() :] == 'job="a\\"b\\]c\\\\d" exit_code="1"] \ufeffRun of Staff by ann'


def test_journald_gets_its_native_protocol(
    log: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_log, "_JOURNALD", tmp_path / "log")
    assert write(LINE, {})
    data = log.recv(8192)
    message = b"Run of Staff\nby ann"
    assert data.startswith(b"MESSAGE\n" + len(message).to_bytes(8, "little") + message + b"\n")
    assert b"\nPRIORITY=4\nSYSLOG_IDENTIFIER=identity-center-wizard\n" in data
    assert b"\nICW_EXIT_CODE=1\n" in data


def test_nothing_is_written_where_it_is_switched_off_or_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not write(LINE, {SYSTEM_LOG_VARIABLE: "off"})
    assert not write(LINE, {SYSTEM_LOG_VARIABLE: str(tmp_path / "nowhere")})
    monkeypatch.setattr(system_log, "_JOURNALD", tmp_path / "nowhere")
    monkeypatch.setattr(system_log, "_SYSLOG", (tmp_path / "nowhere",))
    assert not write(LINE, {})
