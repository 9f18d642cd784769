"""Whether a sign-in can open a browser in front of the person."""

from pathlib import Path

import pytest

from wizard.flow.directory import browser
from wizard.flow.directory.browser import has_browser


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.sys, "platform", "linux")


def test_a_computer_without_a_browser(tmp_path: Path) -> None:
    assert not has_browser({"PATH": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path)})


def test_a_program_in_the_path(tmp_path: Path) -> None:
    program = tmp_path / "firefox"
    program.touch(0o755)
    assert has_browser({"PATH": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path)})
    assert not has_browser({"PATH": str(tmp_path), "SSH_CONNECTION": "10.0.0.1 22"}), "the person sits elsewhere"


def test_a_browser_that_the_desktop_knows(tmp_path: Path) -> None:
    (tmp_path / "applications").mkdir()
    (tmp_path / "applications" / "mimeinfo.cache").write_text(
        "[MIME Cache]\nx-scheme-handler/https=org.x.desktop;\n"
    )
    assert has_browser({"PATH": "", "XDG_DATA_DIRS": f"/nowhere:{tmp_path}"})
    assert has_browser({"PATH": "", "BROWSER": "w3m"})


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_have_one(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(browser.sys, "platform", platform)
    assert has_browser({})
