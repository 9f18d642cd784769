"""A notification on a real D-Bus, taken and shown by a real notification daemon (dunst) under Xvfb."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.desktop_session import require, start, start_display, until
from wizard.alerts import desktop
from wizard.alerts.interface import Alert, Channel
from wizard.errors import WizardError

pytestmark = pytest.mark.desktop
PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus",
    "dunst": "dunst",
    "dunstctl": "dunst",
    "notify-send": "libnotify-bin",
}
ALERT = Alert(
    "7f", "failed", "--Staff", "error", "The last run failed", "<b>Run</b> & see.", "2026-11-30T12:00:00Z"
)
DESKTOP = Channel("desktop", "desktop")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment of a session with a display, a bus and a notification daemon of its own."""
    require(PROGRAMS)
    folder = tmp_path_factory.mktemp("desktop")
    with ExitStack() as running:
        number = start_display(running)
        bus = f"unix:path={folder / 'bus'}"
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "DISPLAY": f":{number}",
            "DBUS_SESSION_BUS_ADDRESS": bus,
        }
        start(running, ["dbus-daemon", "--session", f"--address={bus}", "--nofork", "--nopidfile"], env)
        until(lambda: (folder / "bus").exists())
        start(running, ["dunst", "-config", os.devnull], env)
        until(lambda: _dunstctl(env, "history").returncode == 0)
        yield env


def _dunstctl(env: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["dunstctl", *words], env=env, capture_output=True, text=True, check=False)


def _shown(env: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every notification that the daemon has had, the newest first; they leave the screen for its history."""
    _dunstctl(env, "close-all")
    (entries,) = json.loads(_dunstctl(env, "history").stdout)["data"]
    return [{name: value["data"] for name, value in entry.items()} for entry in entries]


def test_the_daemon_shows_the_alert_as_it_is(session: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in session.items():
        monkeypatch.setenv(name, value)
    assert desktop.send(DESKTOP, None, ALERT).code == "desktop-shown"
    displayed = json.loads(_dunstctl(session, "count", "displayed").stdout or "0")
    assert displayed == 1, "it is on the screen"
    newest = _shown(session)[0]
    assert (newest["summary"], newest["appname"]) == ("--Staff: The last run failed", "Identity Center Wizard")
    assert newest["timeout"] == 0, "a failure stays until it is closed"
    assert newest["body"] == "&lt;b&gt;Run&lt;/b&gt; &amp; see.", "the daemon shows markup of a name as text"
    assert desktop.send(DESKTOP, None, replace(ALERT, severity="info", job="Ünï 日本 🚀")).code == "desktop-shown"
    newest = _shown(session)[0]
    assert newest["summary"].startswith("Ünï 日本 🚀: ")
    assert newest["timeout"] > 0


def test_a_bus_without_a_daemon_is_an_error_in_words(
    session: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in session.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nobody'}")
    with pytest.raises(WizardError, match="desktop-not-reached"):
        desktop.send(DESKTOP, None, ALERT)
