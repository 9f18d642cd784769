"""Desktop notifications, sent through a replacement for the system's program."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wizard.alerts import desktop
from wizard.alerts.interface import Alert, Channel
from wizard.errors import WizardError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no notify-send there")
ALERT = Alert(
    "7f", "failed", "--Staff", "error", "The last run failed", "<b>Run</b> & see.", "2026-11-30T12:00:00Z"
)
DESKTOP = Channel("desktop", "desktop")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "platform", "linux")
    script = tmp_path / "bin" / "notify-send"
    script.parent.mkdir()
    seen = tmp_path / "seen.json"
    script.write_text(
        f"#!{sys.executable}\nimport json, sys\nopen({str(seen)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    return script


def test_text_from_outside_is_neither_an_option_nor_markup(program: Path, tmp_path: Path) -> None:
    assert desktop.send(DESKTOP, None, ALERT).code == "desktop-shown"
    *options, end, title, text = json.loads((tmp_path / "seen.json").read_text())
    assert (end, title, text) == ("--", "--Staff: The last run failed", "&lt;b&gt;Run&lt;/b&gt; &amp; see.")
    assert "--urgency=critical" in options
    assert desktop.arguments(replace(ALERT, severity="info"))[2] == "--urgency=normal"


def test_a_desktop_that_is_not_there(program: Path) -> None:
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(WizardError, match="desktop-not-reached"):
        desktop.send(DESKTOP, None, ALERT)
    program.unlink()
    with pytest.raises(WizardError, match="desktop-without-notifications"):
        desktop.send(DESKTOP, None, ALERT)


def test_on_macos_the_texts_are_arguments_and_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert desktop.arguments(ALERT)[3:] == ("--Staff: The last run failed", ALERT.text)
