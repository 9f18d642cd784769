"""What the window remembers between two starts, in HOME/window.ini: theme, language, size and position, the last
folder, views.
"""

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QWidget

from wizard.errors import WizardError
from wizard.ui.theme.current import ThemeChoice

_THEME, _LANGUAGE, _GEOMETRY, _FOLDER, _VIEWS = "theme", "language", "geometry", "folder", "views"
_BACKGROUND = "background"
_CHOICES = ("system", "light", "dark")

_log = logging.getLogger(__name__)


class WindowSettings:
    """Reads and writes one INI file; a damaged one counts as lost."""

    def __init__(self, folder: Path, make_private: Callable[[Path], None], *, trial: bool = False) -> None:
        """`make_private` creates the folder for its owner alone; raises WizardError. A trial makes no file."""
        self._path = folder / "window.ini"
        self._older = folder / "appearance.json"
        self._make_private, self._trial = make_private, trial

    def theme(self) -> ThemeChoice:
        """The saved choice, also one that an earlier version saved; "system" if there is none."""
        chosen = self._read(_THEME) if self._path.exists() else None
        if chosen is None:
            chosen = self._older_theme()
        return cast(ThemeChoice, chosen) if chosen in _CHOICES else "system"

    def save_theme(self, choice: str) -> None:
        """Save the choice; may be called on any thread. Raises WizardError where HOME cannot be used."""
        self._write(_THEME, choice)

    def language(self) -> str:
        """The code of the chosen language; "" = the system's."""
        chosen = self._read(_LANGUAGE) if self._path.exists() else None
        return chosen if isinstance(chosen, str) else ""

    def save_language(self, code: str) -> None:
        """Save the choice, "" = the system's; as `save_theme`."""
        self._write(_LANGUAGE, code)

    def background(self) -> bool:
        """Whether the program continues in the notification area when its window is closed."""
        return self._path.exists() and self._read(_BACKGROUND) == "yes"

    def save_background(self, on: bool) -> None:
        """Save the choice; as `save_theme`."""
        self._write(_BACKGROUND, "yes" if on else "no")

    def restore_geometry(self, window: QWidget) -> None:
        """Give a window its last size and position; Qt moves it onto a screen that exists."""
        geometry = self._read(_GEOMETRY) if self._path.exists() else None
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)

    def folder(self) -> str:
        """The folder of the last file dialog; "" if there is none."""
        folder = self._read(_FOLDER) if self._path.exists() else None
        return folder if isinstance(folder, str) else ""

    def views(self) -> dict[str, str]:
        """Return page -> how it was shown last."""
        text = self._read(_VIEWS) if self._path.exists() else None
        pairs = (pair.partition("=") for pair in text.split(" ")) if isinstance(text, str) else ()
        return {page: view for page, sign, view in pairs if sign}

    def save_at_close(self, window: QWidget, folder: str, views: Mapping[str, str] | None = None) -> None:
        """Save size and position, the last folder and how pages were shown; a failure is logged only."""
        try:
            self._write(_GEOMETRY, window.saveGeometry())
            if views:
                self._write(_VIEWS, " ".join(f"{page}={view}" for page, view in sorted(views.items())))
            if folder:
                self._write(_FOLDER, folder)
        except WizardError:
            _log.warning("The window's size could not be saved")

    def _read(self, name: str) -> object:
        return QSettings(str(self._path), QSettings.Format.IniFormat).value(name)

    def _write(self, name: str, value: object) -> None:
        if self._trial and not self._path.exists():
            return
        self._make_private(self._path.parent)
        settings = QSettings(str(self._path), QSettings.Format.IniFormat)
        if settings.value(name) == value:
            return
        settings.setValue(name, value)
        settings.sync()
        if settings.status() != QSettings.Status.NoError:
            raise WizardError("window-settings-not-saved", path=str(self._path))
        self._path.chmod(0o600)

    def _older_theme(self) -> object:
        try:
            return json.loads(self._older.read_text(encoding="utf-8")).get("appearance")
        except (OSError, ValueError, AttributeError):
            return None
