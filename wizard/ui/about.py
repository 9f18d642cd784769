"""Help and about: a dialog beside the window with help, paths, diagnostics and open-source parts."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from wizard import __version__, messages
from wizard.errors import WizardError
from wizard.flow.support.about import LICENCE, STEPS_IN_SHORT, About, Place
from wizard.flow.support.exit_codes import MEANINGS
from wizard.flow.support.first_tenant import READ_REQUESTS
from wizard.flow.support.open_source import Part
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, ngettext, pgettext
from wizard.provisioning.job import Job
from wizard.ui.guide import GuidePart, read_guide
from wizard.ui.screen import ScreenFit
from wizard.ui.step_list import PRODUCT, window_title
from wizard.ui.tasks import Emit, Slot, TaskRunner
from wizard.ui.theme.fonts import px, set_type, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import secondary, small
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.labels import LineLabel, Paragraph, label
from wizard.ui.widgets.tab_order import TabByLayout
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, RowsModel

if TYPE_CHECKING:
    from wizard.flow.services import Services

SIZE = (720, 560)
SMALLEST = (480, 320)
_KEYS: tuple[tuple[str, str], ...] = (
    ("Enter", N_("Press the focused button, or continue")),
    ("Ctrl+1 … Ctrl+6", N_("Go to a step")),
    ("F1", N_("Open Help and about; Esc closes it")),
    ("F2", N_("Rename a saved job, or edit a mapping")),
    ("Del", N_("Delete a saved job")),
    ("Ctrl+C", N_("Copy the selected row of a table")),
    ("Ctrl+Z, Ctrl+Shift+Z", N_("Undo and redo a change of the mapping")),
    ("F8", N_("Go to the next person with a problem, on the Attributes page")),
    ("Ctrl+Space", N_("Complete an expression")),
)


class AboutWindow(TabByLayout, QDialog):
    """Not modal; Esc closes it."""

    def __init__(self, tasks: TaskRunner, beside: QWidget, job: Callable[[], Job]) -> None:
        """`job` returns the job that is open."""
        super().__init__(beside)
        self.setObjectName("about")
        self.setWindowTitle(window_title(_("Help and about")))
        self._fit = ScreenFit(self, SIZE, SMALLEST)
        self._tasks, self._beside, self._job = tasks, beside, job
        self._opener: QWidget | None = None
        self.guide, self.help, self.program, self.parts = GuidePart(), HelpPart(), ProgramPart(), PartsPart()
        self.first = FirstTenantPart()
        choices = (
            ("guide", _("User guide")),
            ("help", _("Keyboard")),
            ("program", _("About")),
            ("first", _("First tenant")),
            ("parts", _("Open source")),
        )
        self.switch = SegmentedSwitch("aboutPart", choices, _("Section"))
        self._notice = Paragraph(ink="text2")
        self._notice.setObjectName("aboutNotice")
        self._close = secondary(_("Close"), "aboutClose")
        self._stack = QStackedWidget()
        for part in (self.guide, self.help, self.program, self.first, self.parts):
            self._stack.addWidget(part)
        self._lay_out()
        self._connect()

    def open_beside(self, place: str = "") -> None:
        """Show it with fresh content, or bring it to the front, at a place of the guide."""
        if not self.isVisible():
            self._opener = QApplication.focusWidget()
        self.notify("")
        self.guide.go_to(place)
        self.switch.choose("guide")
        self._turn("guide")
        if not self.first.ask.is_busy:  # else its answers come with the same content
            self._collect()
        self.show()
        self.raise_()
        self.activateWindow()
        chosen = self.switch.findChild(QWidget, f"aboutPart.{self.switch.choice}")
        if chosen is not None:
            chosen.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Keep within the screen from now on."""
        super().showEvent(event)
        self._fit.watch()

    def done(self, result: int) -> None:
        """Close, and return the focus."""
        super().done(result)
        opener, self._opener = self._opener, None
        self._beside.activateWindow()
        if opener is not None and opener.isVisible():
            opener.setFocus()

    def notify(self, sentence: str) -> None:
        """Show one sentence beside the button and announce it."""
        self._notice.setText(sentence)
        if sentence:
            announce(self._notice, sentence)

    def _collect(self) -> None:
        job = self._job()

        async def work(services: "Services", _emit: Emit) -> Any:
            from wizard.flow.support import about, diagnostics, first_tenant

            report = await first_tenant.report(services, job)
            guide = await to_thread.run_sync(read_guide)
            return guide, await about.about(services), await diagnostics.collect(services), report

        def done(collected: tuple[str, About, str, str]) -> None:
            guide, program, text, report = collected
            self.guide.show_text(guide)
            self.first.show_report(job.name, report, bool(job.target.tenant_url))
            self.program.show_places(program.places, text)
            self.parts.show_parts(program.parts, program.licence_texts)

        def failed(error: WizardError) -> None:
            self.notify(messages.text(error))

        self._tasks.run(Slot.ABOUT, work, on_done=done, on_error=failed)

    def _ask_now(self) -> None:
        """Send the read-only requests that the part lists, and show what their answers add."""
        job = self._job()
        self.first.ask.set_busy(True)

        async def work(services: "Services", _emit: Emit) -> str:
            from wizard.flow.support import first_tenant

            await first_tenant.ask_now(services, job)
            return await first_tenant.report(services, job)

        def done(report: str) -> None:
            self.first.ask.set_busy(False)
            self.first.show_report(job.name, report, True)

        def failed(error: WizardError) -> None:
            self.first.ask.set_busy(False)
            self.notify(messages.text(error))

        self._tasks.run(Slot.ABOUT, work, on_done=done, on_error=failed)

    def _copy(self, text: str, notice: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.notify(notice)

    def _open(self, folder: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(folder)):
            self.notify(_("The folder could not be opened. Copy the path instead."))

    def _turn(self, choice: str) -> None:
        parts = {
            "guide": self.guide,
            "help": self.help,
            "program": self.program,
            "first": self.first,
            "parts": self.parts,
        }
        self._stack.setCurrentWidget(parts[choice])
        self.notify("")

    def _connect(self) -> None:
        self.switch.chosen.connect(self._turn)
        self._close.clicked.connect(self.reject)
        self.first.copied.connect(self._copy)
        self.first.ask.clicked.connect(self._ask_now)
        for part in (self.program, self.parts):
            part.copied.connect(self._copy)
            part.open_asked.connect(self._open)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(px(24), px(20), px(24), px(16))
        head.addWidget(self.switch)
        head.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(px(24), px(12), px(24), px(12))
        foot.setSpacing(px(16))
        foot.addWidget(self._notice, 1)
        foot.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(line())
        column.addLayout(foot)


class HelpPart(QScrollArea):
    """The six steps, the keys, the exit codes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("aboutHelp")
        self.setAccessibleName(_("Help"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(24), 0, px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(label(_("The six steps"), "section"))
        steps = ((str(at), f"**{_(name)}**\n{_(text)}") for at, (name, text) in enumerate(STEPS_IN_SHORT, start=1))
        column.addLayout(_pairs(steps, 24))
        column.addSpacing(px(12))
        column.addWidget(label(_("Keyboard"), "section"))
        column.addLayout(_pairs(((_native(keys), _(text)) for keys, text in _KEYS), 128))
        column.addSpacing(px(12))
        column.addWidget(label(_("Exit codes of the commands"), "section"))
        column.addLayout(_pairs(((str(int(code)), meaning.sentence) for code, meaning in MEANINGS.items()), 128))
        column.addStretch(1)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)


class ProgramPart(QWidget):
    """Version, folders, and the diagnostics as they are copied."""

    copied = Signal(str, str)
    """(text for the clipboard, notice)."""
    open_asked = Signal(str)
    """Path of a folder."""

    def __init__(self) -> None:
        super().__init__()
        self._places = Card()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(12))
        self._grid.setVerticalSpacing(px(8))
        self._grid.setColumnStretch(1, 1)
        self._places.column.addLayout(self._grid)
        self.text = QPlainTextEdit()
        self.text.setObjectName("aboutDiagnostics")
        self.text.setAccessibleName(_("Diagnostics"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(_("Collecting…"))
        set_type(self.text, "code")
        self.copy = secondary(_("Copy diagnostics"), "copyDiagnostics", icon="copy")
        self.copy.setEnabled(False)
        self.copy.clicked.connect(lambda: self.copied.emit(self.text.toPlainText(), _("Diagnostics copied.")))
        self._lay_out()

    def show_places(self, places: Sequence[Place], text: str) -> None:
        """Show folders and diagnostics."""
        if self._grid.count() == 0:
            for row, place in enumerate(places):
                self._add_place(row, place)
        self.text.setPlainText(text)
        self.copy.setEnabled(True)

    def _add_place(self, row: int, place: Place) -> None:
        folder = str(place.path)
        path = LineLabel(ink="text2", elide=True)
        path.setText(folder)
        path.setToolTip(wrapped_tip(folder))
        opener = small(_("Open folder"), f"{place.id}Open", icon="folder")
        opener.setAccessibleName(_("Open folder: {name}").format(name=place.words))
        opener.clicked.connect(lambda: self.open_asked.emit(folder))
        copier = small(_("Copy"), f"{place.id}Copy", icon="copy")
        copier.setAccessibleName(_("Copy path: {name}").format(name=place.words))
        copier.clicked.connect(lambda: self.copied.emit(folder, _("Path copied.")))
        for column, widget in enumerate((label(place.words), path, opener, copier)):
            self._grid.addWidget(widget, row, column)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), 0, px(24), px(16))
        column.setSpacing(px(8))
        column.addLayout(_name_and_version())
        column.addSpacing(px(4))
        column.addWidget(self._places)
        column.addSpacing(px(4))
        row = QHBoxLayout()
        row.setSpacing(px(16))
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(label(_("Diagnostics"), "section"))
        words.addWidget(
            Paragraph(_("Versions, settings, and counts for support. No names and no secrets."), ink="text2")
        )
        row.addLayout(words, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        column.addWidget(self.text, 1)


class FirstTenantPart(QWidget):
    """The open questions about AWS and Microsoft, answered from what the open job has seen; to read and to send."""

    copied = Signal(str, str)
    """As `ProgramPart.copied`."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = Paragraph(ink="text2")
        self.text = QPlainTextEdit()
        self.text.setObjectName("firstTenant")
        self.text.setAccessibleName(_("First-tenant report"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        set_type(self.text, "code")
        self.copy = secondary(_("Copy"), "copyFirstTenant", icon="copy")
        self.copy.clicked.connect(lambda: self.copied.emit(self.text.toPlainText(), _("Report copied.")))
        self.ask = secondary(_("Ask now"), "askNow", busy=_("Asking…"))
        self.ask.setEnabled(False)
        paths = comma_list([request.path for request in READ_REQUESTS])
        what = _("“Ask now” sends these read-only requests to AWS: {paths}").format(paths=paths)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.copy)
        row.addWidget(self.ask)
        row.addWidget(Paragraph(what, "small", "text2"), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), 0, px(24), px(16))
        column.setSpacing(px(8))
        column.addWidget(self._sentence)
        column.addWidget(self.text, 1)
        column.addLayout(row)

    def show_report(self, job: str, report: str, may_ask: bool) -> None:
        """Show the report of a job."""
        self._sentence.setText(
            _(
                "How AWS and Microsoft responded to “{job}”: shapes, codes, and counts. It contains no names, "
                "addresses, IDs, or tokens. Review it before you send it."
            ).format(job=job)
        )
        self.text.setPlainText(report)
        self.ask.setEnabled(may_ask)


class PartsPart(QWidget):
    """The open-source parts of the program with their licences."""

    copied = Signal(str, str)
    """As `ProgramPart.copied`."""
    open_asked = Signal(str)
    """Path of a folder."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = Paragraph(_("Reading the licenses…"), ink="text2")
        self._sentence.setObjectName("partsSentence")
        columns = (
            Column(_("Component"), lambda part: part.name, share=3, medium=True),
            Column(_("Version"), lambda part: part.version, share=2),
            Column(_("License"), lambda part: part.licence or pgettext("license", "Unknown"), share=5),
        )
        self._model = RowsModel(columns, key=lambda part: part.name)
        self.table = DataTable("partsTable", _("Open-source components"), self._model, row_height=28)
        self._texts = ""
        self.open = secondary(_("Open license texts"), "openLicences", icon="folder")
        self.open.clicked.connect(lambda: self.open_asked.emit(self._texts))
        self.open.hide()
        row = QHBoxLayout()
        row.setSpacing(px(16))
        row.addWidget(self._sentence, 1)
        row.addWidget(self.open)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), 0, px(24), px(16))
        column.setSpacing(px(8))
        column.addLayout(row)
        column.addWidget(self.table.frame, 1)

    def show_parts(self, parts: Sequence[Part], texts: Path | None) -> None:
        """Show the parts; `texts` is the folder of licence texts, None in a run from source."""
        self._sentence.setText(
            ngettext(
                "{product} ({licence}) contains {n:,} open-source component under its own license.",
                "{product} ({licence}) contains {n:,} open-source components, each under its own license.",
                len(parts),
            ).format(product=PRODUCT, licence=LICENCE, n=len(parts))
        )
        self._model.set_rows(parts)
        self._texts = str(texts or "")
        self.open.setVisible(texts is not None)


def _name_and_version() -> QHBoxLayout:
    mark = QLabel()
    set_icon(mark, "mark", "link", 32)
    words = QVBoxLayout()
    words.setSpacing(px(2))
    words.addWidget(label(PRODUCT, "title"))
    version = label(_("Version {version}, {licence}").format(version=__version__, licence=LICENCE), ink="text2")
    version.setObjectName("aboutVersion")
    words.addWidget(version)
    row = QHBoxLayout()
    row.setSpacing(px(12))
    row.addWidget(mark)
    row.addLayout(words, 1)
    return row


def _pairs(pairs: Iterable[tuple[str, str]], width: int) -> QGridLayout:
    """Return a grid of terms and explanations; `width` of the first column."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(px(12))
    grid.setVerticalSpacing(px(6))
    grid.setColumnMinimumWidth(0, px(width))
    grid.setColumnStretch(1, 1)
    for row, (word, text) in enumerate(pairs):
        head = Paragraph(word, "medium", "text2")
        head.setWordWrap(False)
        grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Paragraph(text), row, 1)
    return grid


def _native(keys: str) -> str:
    """Return keys as this desktop writes them."""

    def native(key: re.Match[str]) -> str:
        return QKeySequence(key[0]).toString(QKeySequence.SequenceFormat.NativeText)

    return re.sub(r"[A-Za-z0-9+]+", native, keys)
