"""A real GNOME Keyring on a bus of its own, for the tests that store a real secret."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

_TOOLS = ("dbus-run-session", "dbus-send", "gnome-keyring-daemon", "secret-tool")
_PASSWORD = "only-of-this-test"
_START = f"printf '%s\\n' {_PASSWORD} | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"

_WAIT = """for _ in $(seq 100); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true && break
  sleep 0.1
done"""
"""The daemon goes to the background before it has its name on the bus: who asks too early starts a second, locked one."""


def require_keyring_tools() -> None:
    """Skip the test where the tools are missing; fail it where CI promised them."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if not missing:
        return
    message = f"no {', '.join(missing)}: apt-get install gnome-keyring dbus-x11 dbus-bin libsecret-tools"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def run_in_keyring_session(
    command: Sequence[str], env: Mapping[str, str] | None = None, locked: bool = False, timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run a command beside a fresh keyring, unlocked unless `locked`; both end with it.

    `locked`: the keyring was never set up and nobody can answer its question, as on a machine without a person.
    """
    require_keyring_tools()
    start = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1" if locked else f"{_START}\n{_WAIT}"
    script = f"{start}\n{shlex.join(command)}"
    with tempfile.TemporaryDirectory() as folder:
        runtime, stored = Path(folder, "runtime"), Path(folder, "data")
        runtime.mkdir(mode=0o700)
        stored.mkdir(mode=0o700)
        return subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", script],
            env={
                **_without_a_screen(os.environ),
                **(env or {}),
                "XDG_RUNTIME_DIR": str(runtime),
                "XDG_DATA_HOME": str(stored),
            },
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def journey(module: str, folder: Path, timeout: float) -> dict[str, Any]:
    """Walk `python -m MODULE FOLDER` beside a fresh keyring, HOME in the folder; returns what it wrote to seen.json."""
    root = Path(__file__).resolve().parents[1]
    environment = {
        "IDENTITY_CENTER_WIZARD_HOME": str(folder / "home"),
        "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, "-W", "ignore::ResourceWarning", "-m", module, str(folder)]
    done = run_in_keyring_session(command, env=environment, timeout=timeout)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    result: dict[str, Any] = json.loads((folder / "seen.json").read_text())
    return result


def _without_a_screen(environ: Mapping[str, str]) -> dict[str, str]:
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GNOME_KEYRING_CONTROL", "SSH_AUTH_SOCK")
    kept = ("PYTHON_KEYRING_BACKEND", "IDENTITY_CENTER_WIZARD_AWS_TOKEN")
    return {name: value for name, value in environ.items() if name not in (*shown, *kept)}
