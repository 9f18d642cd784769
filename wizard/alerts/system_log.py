"""One line in the system's log: journald, syslog (RFC 5424), or the event log of Windows."""

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from wizard.alerts.interface import Severity

SYSTEM_LOG_VARIABLE = "IDENTITY_CENTER_WIZARD_SYSTEM_LOG"
"""`off`, or the path of a syslog socket in place of the usual ones."""
PROGRAM = "identity-center-wizard"
_JOURNALD = Path("/run/systemd/journal/socket")
_SYSLOG = (Path("/dev/log"), Path("/var/run/syslog"))
_FACILITY_DAEMON = 3
_PRIORITIES: Mapping[str, int] = {"error": 3, "warning": 4, "info": 6}
"""As syslog(3) numbers them."""
_ENTERPRISE = 32473
"""The number that RFC 5612 reserves for documentation: the program has none of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its fields."""

    severity: Severity
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters, with underscores."""


def write(line: Line, environ: Mapping[str, str] | None = None) -> bool:
    """Write the line where this system keeps its log; returns whether something took it. Never raises."""
    wanted = (os.environ if environ is None else environ).get(SYSTEM_LOG_VARIABLE, "")
    if wanted == "off":
        return False
    if wanted:
        return _sent(Path(wanted), _syslog(line))
    if sys.platform == "win32":
        return _reported(line)
    if _JOURNALD.exists() and _sent(_JOURNALD, _journald(line)):
        return True
    return any(path.exists() and _sent(path, _syslog(line)) for path in _SYSLOG)


def _sent(path: Path, message: bytes) -> bool:
    with suppress(OSError, AttributeError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as target:
        target.setblocking(False)  # a log that is full never holds a run up
        target.connect(str(path))
        target.send(message)
        return True
    return False


def _journald(line: Line) -> bytes:
    """The native protocol of journald: NAME=value, or NAME, its length and the value where it has line breaks."""
    entries = {
        "MESSAGE": line.text,
        "PRIORITY": str(_PRIORITIES[line.severity]),
        "SYSLOG_IDENTIFIER": PROGRAM,
        **{f"ICW_{name.upper()}": value for name, value in line.fields.items()},
    }
    parts = []
    for name, value in entries.items():
        data = value.encode("utf-8", "backslashreplace")
        if b"\n" in data:
            parts.append(name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n")
        else:
            parts.append(name.encode() + b"=" + data + b"\n")
    return b"".join(parts)


def _syslog(line: Line) -> bytes:
    """A message of RFC 5424 with its fields as structured data."""
    priority = _FACILITY_DAEMON * 8 + _PRIORITIES[line.severity]
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = "".join(f' {name}="{_escaped(value)}"' for name, value in line.fields.items())
    host = socket.gethostname() or "-"
    text = " ".join(line.text.split())
    message = f"<{priority}>1 {moment} {host} {PROGRAM} {os.getpid()} run [run@{_ENTERPRISE}{fields}] \ufeff{text}"
    return message.encode("utf-8", "backslashreplace")


def _escaped(value: str) -> str:
    return " ".join(value.split()).replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _reported(line: Line) -> bool:
    """Report an event to the application log of Windows. Not run here: no Windows."""
    import ctypes

    with suppress(OSError, AttributeError):
        system = ctypes.windll.advapi32  # type: ignore[attr-defined, unused-ignore]
        source = system.RegisterEventSourceW(None, PROGRAM)
        if not source:
            return False
        kind = {"error": 1, "warning": 2, "info": 4}[line.severity]
        fields = "; ".join(f"{name}={value}" for name, value in line.fields.items())
        texts = (ctypes.c_wchar_p * 2)(line.text, fields)
        reported = bool(system.ReportEventW(source, kind, 0, 1, None, 2, 0, texts, None))
        system.DeregisterEventSource(source)
        return reported
    return False
