"""Theme, size and position of the window outlive it."""

import os
import stat
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from wizard.errors import WizardError
from wizard.storage.paths import private_folder
from wizard.ui.window_settings import WindowSettings


@pytest.fixture
def settings(tmp_path: Path) -> WindowSettings:
    return WindowSettings(tmp_path / "home", private_folder)


def again(folder: Path) -> WindowSettings:
    return WindowSettings(folder / "home", private_folder)


def test_the_theme_is_remembered(settings: WindowSettings, tmp_path: Path) -> None:
    assert settings.theme() == "system"
    assert not (tmp_path / "home").exists(), "reading makes no file"
    settings.save_theme("dark")
    assert again(tmp_path).theme() == "dark"
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "home" / "window.ini").stat().st_mode) == 0o600


def test_size_and_position_are_remembered(settings: WindowSettings, tmp_path: Path, qtbot: QtBot) -> None:
    first, second = QWidget(), QWidget()
    qtbot.addWidget(first)
    qtbot.addWidget(second)
    first.setGeometry(40, 50, 460, 340)
    settings.save_at_close(first, str(tmp_path))
    again(tmp_path).restore_geometry(second)
    assert second.size() == first.size()
    assert again(tmp_path).folder() == str(tmp_path)


@pytest.mark.parametrize("content", [b"", b"[", b"\x00\xff\xfe", b"theme=neon\ngeometry=@ByteArray(x)\n"])
def test_a_damaged_file_counts_as_lost(
    settings: WindowSettings, tmp_path: Path, qtbot: QtBot, content: bytes
) -> None:
    private_folder(tmp_path / "home")
    (tmp_path / "home" / "window.ini").write_bytes(content)
    window = QWidget()
    qtbot.addWidget(window)
    size = window.size()
    settings.restore_geometry(window)
    assert (settings.theme(), window.size()) == ("system", size)
    settings.save_theme("light")
    assert again(tmp_path).theme() == "light"


@pytest.mark.parametrize(
    ("content", "theme"),
    [('{"appearance": "dark"}', "dark"), ('{"appearance": "sepia", "accent": "teal"}', "system"), ("{", "system")],
)
def test_the_choice_of_an_earlier_version_holds(
    settings: WindowSettings, tmp_path: Path, content: str, theme: str
) -> None:
    private_folder(tmp_path / "home")
    older = tmp_path / "home" / "appearance.json"
    older.write_text(content, encoding="utf-8")
    assert settings.theme() == theme
    settings.save_theme("light")
    assert settings.theme() == "light"
    assert older.read_text(encoding="utf-8") == content


def test_a_trial_makes_no_file(tmp_path: Path, qtbot: QtBot) -> None:
    settings = WindowSettings(tmp_path / "home", private_folder, trial=True)
    window = QWidget()
    qtbot.addWidget(window)
    settings.save_theme("dark")
    settings.save_at_close(window, "")
    assert not (tmp_path / "home").exists()


def test_a_place_that_takes_no_file_is_a_sentence_for_the_theme_and_nothing_for_the_size(
    tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "home").write_text("in the way")
    settings = WindowSettings(tmp_path / "home", private_folder)
    window = QWidget()
    qtbot.addWidget(window)
    with pytest.raises(WizardError):
        settings.save_theme("dark")
    settings.save_at_close(window, "")
