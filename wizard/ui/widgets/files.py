"""Files: the field for a path, and the system's dialogs, which start in the folder used last, else in the documents."""

import re
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from wizard.ui.theme.fonts import px
from wizard.ui.widgets import sheet
from wizard.ui.widgets.buttons import secondary
from wizard.ui.widgets.fields import TextField

TABLES = "Table (*.csv);;JSON (*.json)"
"""The filters of every export of a table."""


class _Last:
    folder = ""


class FileField(QWidget):
    """A field for a file path: typed, dropped or chosen with Browse…"""

    changed = Signal(str)
    """The path."""

    def __init__(
        self, name: str, filters: str = "", title: str = "Choose a file", parent: QWidget | None = None
    ) -> None:
        """`filters` are the patterns of the dialog: `People (*.csv *.xlsx);;All files (*)`."""
        super().__init__(parent)
        self.edit = TextField(name)
        self.edit.setAcceptDrops(False)
        self.focus_target = self.edit
        self.browse = secondary("Browse…", f"{name}Browse", icon="folder")
        self._filters, self._title = filters, title
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse)
        self.edit.textChanged.connect(self.changed)
        self.browse.clicked.connect(self._choose)

    @property
    def path(self) -> str:
        """The path in the field, stripped."""
        return self.edit.text().strip()

    def set_path(self, path: str) -> None:
        """Set the path."""
        self.edit.setText(path)

    def dragEnterEvent(self, event: object) -> None:
        """Accept local files."""
        mime = event.mimeData()  # type: ignore[attr-defined]
        if mime.hasUrls() and mime.urls()[0].isLocalFile():
            event.acceptProposedAction()  # type: ignore[attr-defined]

    def dropEvent(self, event: object) -> None:
        """Set the path of the first dropped file."""
        self.set_path(event.mimeData().urls()[0].toLocalFile())  # type: ignore[attr-defined]

    def _choose(self) -> None:
        path = open_file(self, self._title, self._filters, self.path)
        if path is not None:
            self.set_path(str(path))


def last_folder() -> str:
    """Return the folder used last; "" = none yet."""
    return _Last.folder


def start_in(folder: str) -> None:
    """Set the folder in which the next dialog starts, such as the one of the last start."""
    _Last.folder = folder


def open_file(parent: QWidget, title: str, filters: str = "", current: str = "") -> Path | None:
    """Ask for a file to read; None = cancelled. `filters` as Qt has them: `People (*.csv *.xlsx);;All files (*)`.

    The dialog starts at `current` if that exists.
    """
    start = current if current and Path(current).exists() else _folder()
    chosen, _filter = QFileDialog.getOpenFileName(parent, title, start, filters)
    return _remembered(Path(chosen)) if chosen else None


def save_file(parent: QWidget, title: str, suggested: str, filters: str = "") -> Path | None:
    """Ask for a file to write; None = cancelled. A name gets the ending of the chosen filter.

    An ending that was typed and that a filter offers stays; only the one that was suggested follows the filter.
    """
    chosen, kind = QFileDialog.getSaveFileName(parent, title, str(Path(_folder()) / suggested), filters)
    if not chosen:
        return None
    path = with_ending(Path(chosen), kind, filters, suggested)
    if path != Path(chosen) and path.exists() and not _may_replace(parent, path):
        return None  # the system's dialog asked about the name without its ending
    return _remembered(path)


def choose_folder(parent: QWidget, title: str) -> Path | None:
    """Ask for a folder; None = cancelled."""
    chosen = QFileDialog.getExistingDirectory(parent, title, _folder())
    if not chosen:
        return None
    start_in(chosen)
    return Path(chosen)


def with_ending(path: Path, kind: str, filters: str, suggested: str = "") -> Path:
    """Return the path with the ending of the filter `kind`, one of `filters`; "" = the first one."""
    endings = _endings(kind or filters.split(";;")[0])
    ending = path.suffix.lower()
    if not endings or ending in endings:
        return path
    if ending and ending in _endings(filters):
        return path.with_suffix(endings[0]) if ending == Path(suggested).suffix.lower() else path
    return path.with_name(path.name + endings[0])


def _endings(filters: str) -> list[str]:
    """Return ".csv", ".xlsx" of `Table (*.csv *.xlsx)`."""
    return [found.lower() for found in re.findall(r"\*(\.[\w.]+)", filters)]


def _folder() -> str:
    if _Last.folder and Path(_Last.folder).is_dir():
        return _Last.folder
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _remembered(path: Path) -> Path:
    start_in(str(path.parent))
    return path


def _may_replace(parent: QWidget, path: Path) -> bool:
    return sheet.confirm(parent, f"Replace “{path.name}”?", "A file of this name exists already.", "Replace")
