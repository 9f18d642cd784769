"""Files: the field for a path, and the system's dialogs, which start in the folder used last, else in the documents."""

import re
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QMimeData, QRectF, QStandardPaths, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QMenu, QWidget

from wizard.messages.translation import N_, _
from wizard.ui.theme.current import colour, theme
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets import sheet
from wizard.ui.widgets.buttons import icon_button, secondary
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.labels import label

DIRECTORIES = N_("Tables (*.csv *.tsv *.txt *.xlsx *.xlsm *.json *.jsonl *.ndjson *.ldif *.ldf);;All files (*)")
"""The filters of a file with people or group members; marked with `N_`."""
TABLES = N_("Table (*.csv);;JSON (*.json)")
"""The filters of every export of a table; `save_file` translates them."""

_PATIENCE = 0.5
"""Seconds to wait for a folder before a dialog starts elsewhere."""


class _Last:
    folder = ""


class FileField(QWidget):
    """A field for a file path: typed, dropped or chosen with Browse…"""

    changed = Signal(str)
    """The path."""

    def __init__(self, name: str, filters: str = "", title: str = "", parent: QWidget | None = None) -> None:
        """`filters` are the patterns of the dialog: `People (*.csv *.xlsx);;All files (*)`."""
        super().__init__(parent)
        self.edit = TextField(name)
        self.edit.setAcceptDrops(False)
        self.focus_target = self.edit
        self.browse = secondary(_("Browse…"), f"{name}Browse", icon="folder")
        self._filters, self._title = filters, title or _("Choose a file")
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse)
        self.recent = icon_button("clock", _("Recent files"), f"{name}Recent", compact=False)
        self.recent.hide()
        self.recent.clicked.connect(self._offer_recent)
        row.addWidget(self.recent)
        self._recent: tuple[str, ...] = ()
        self.edit.textChanged.connect(self.changed)
        self.browse.clicked.connect(self._choose)

    @property
    def path(self) -> str:
        """The path in the field, stripped."""
        return self.edit.text().strip()

    def set_path(self, path: str) -> None:
        """Set the path."""
        self.edit.setText(path)

    def show_recent(self, paths: tuple[str, ...]) -> None:
        """Offer these paths in a menu beside the field; none: without a button."""
        self._recent = paths
        self.recent.setVisible(bool(paths))

    def recent_menu(self) -> QMenu:
        """Return a menu of the files that were read last, as plain text."""
        menu = QMenu(self)
        menu.setObjectName(f"{self.edit.objectName()}RecentMenu")
        for path in self._recent:
            file, folder = Path(path).name, str(Path(path).parent)
            action = QAction(f"{file}\t{_short_folder(folder)}".replace("&", "&&"), menu)
            action.triggered.connect(lambda _on=False, path=path: self.set_path(path))
            menu.addAction(action)
        return menu

    def dragEnterEvent(self, event: object) -> None:
        """Accept local files."""
        if dropped_files(event.mimeData()):  # type: ignore[attr-defined]
            event.acceptProposedAction()  # type: ignore[attr-defined]

    def dropEvent(self, event: object) -> None:
        """Set the path of the first dropped file."""
        self.set_path(dropped_files(event.mimeData())[0])  # type: ignore[attr-defined]

    def _offer_recent(self) -> None:
        menu = self.recent_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.recent.mapToGlobal(self.recent.rect().bottomLeft()))

    def _choose(self) -> None:
        path = open_file(self, self._title, self._filters, self.path)
        if path is not None:
            self.set_path(str(path))


def dropped_files(mime: QMimeData) -> tuple[str, ...]:
    """Return the paths of the files of this computer that are dragged; () = there is something else among them."""
    urls = mime.urls()
    return tuple(url.toLocalFile() for url in urls) if all(url.isLocalFile() for url in urls) else ()


_FOLDER_LENGTH = 40


def _short_folder(folder: str) -> str:
    """Return a folder, cut in the middle if it is long."""
    half = _FOLDER_LENGTH // 2
    return folder if len(folder) <= _FOLDER_LENGTH else f"{folder[:half]}…{folder[-half:]}"


class DropZone(QFrame):
    """Says that a file can be dropped: a dashed frame, which is solid while a file is over it."""

    def __init__(self, name: str, text: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setFixedHeight(px(56))
        self.is_over = False
        picture = QLabel()
        set_icon(picture, "download", "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), 0, px(16), 0)
        row.setSpacing(px(8))
        row.addStretch(1)
        row.addWidget(picture)
        row.addWidget(label(text, "medium"))
        row.addWidget(label(hint, "small", "text2"))
        row.addStretch(1)

    def set_over(self, over: bool) -> None:
        """Show whether a file is over it."""
        self.is_over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and frame."""
        t, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style = Qt.PenStyle.SolidLine if self.is_over else Qt.PenStyle.DashLine
        painter.setPen(QPen(colour(t.accent if self.is_over else t.ctl), 2 if self.is_over else 1, style))
        painter.setBrush(colour(t.sel if self.is_over else t.base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(8), px(8))
        painter.end()


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
    start = current if _is_there(current) else _folder()
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
    if _is_there(_Last.folder):
        return _Last.folder
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)


def _is_there(path: str) -> bool:
    """Whether a path exists, as far as that is known soon: a share that does not answer would stop the window."""
    if not path:
        return False
    found: list[bool] = []
    looking = Thread(target=lambda: found.append(Path(path).exists()), daemon=True)
    looking.start()
    looking.join(_PATIENCE)
    return found == [True]


def _remembered(path: Path) -> Path:
    start_in(str(path.parent))
    return path


def _may_replace(parent: QWidget, path: Path) -> bool:
    return sheet.confirm(
        parent,
        _("Replace “{file}”?").format(file=path.name),
        _("A file with this name already exists."),
        _("Replace"),
    )
