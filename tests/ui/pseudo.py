"""The gallery in a pseudo-language: `python -m tests.ui.pseudo FOLDER [--page NAME] [--rtl]` writes PNGs and prints faults.

Every translated text gets accents, brackets and 40 % more letters; with --rtl it is written in Hebrew letters, from right
to left. Printed is each visible text that did not go through gettext and is no data, and each that is clipped, or elided
without a tooltip. Data are names and values of the directory, addresses, identifiers, numbers.
"""

import argparse
import gettext
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from html import unescape
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from tests.screens import use_screens
from tests.ui import entra_gallery, gallery, microsoft_gallery, sign_on_gallery
from tests.ui.audit import clipped, who
from tests.ui.fit import settle
from wizard.messages import translation
from wizard.ui.formats import use_desktop_formats
from wizard.ui.theme.current import apply_theme

OPEN, CLOSE = "⟦", "⟧"
_FIXED = re.compile(r"(\{[^{}]*\}|\{\{|\}\}|\*\*|<[^<>]+>|&(?=\w))")
"""Parts of a text that stay: placeholders, marks of bold text, tags, the mark of a mnemonic."""
_ACCENTS = str.maketrans("aceginosuyACEGINOSUYz", "áçéğíñöšúýÁÇÉĞÍÑÖŠÚÝž")
_HEBREW = str.maketrans(
    "abcdefghijklmnopqrstuvwxyz" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "אבגדהופצחיכלמנסערקשתטזםןףץ" * 2
)
_WORD = re.compile(r"[^\W\d_][^\s,;()“”‘\"…]*")
_PRODUCTS = frozenset(
    re.findall(
        r"\S+",
        "AWS IAM Identity Center Wizard Microsoft Entra ID SCIM SAML CSV Excel JSON LDIF HTTP TLS Graph "
        "Apache-2.0 PySide6 Qt Python Slack Teams AM PM Enter Del MIT License AND",
    )
)
_PSEUDO = re.compile("[ẋž]|[áçéğíñöšúýÁÇÉĞÍÑÖŠÚÝŽ].*[áçéğíñöšúýÁÇÉĞÍÑÖŠÚÝŽ]|^[áéíöú]..?$|[א-ת]")
_ROWS = 60


class Pseudo(gettext.NullTranslations):
    """Writes each text so that it can be told from one that was not translated."""

    def __init__(self, right_to_left: bool = False) -> None:
        super().__init__()
        self._letters, self._more = (_HEBREW, "ץף םן") if right_to_left else (_ACCENTS, "ẋẋẋẋ ẋẋ")

    def gettext(self, message: str) -> str:
        """The text in the pseudo-language."""
        if not any(map(str.isalpha, re.sub(r"\{[^{}]*\}", "", message))):
            return message
        parts = _FIXED.split(message)
        said = "".join(part if turn % 2 else part.translate(self._letters) for turn, part in enumerate(parts))
        more = max(2, round(0.4 * sum(len(part) for part in parts[::2])))
        return f"{OPEN}{said} {(self._more * more)[: more - 1].strip()}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Singular or plural, as in English."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """As `gettext`; a format that Qt reads stays as it is."""
        return message if context.startswith("format of") else self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """As `ngettext`."""
        return self.ngettext(msgid1, msgid2, n)


# --- texts that are data ---------------------------------------------------------------------------------------------


class Data:
    """The words that come from the directory, the job and the services."""

    def __init__(self) -> None:
        self.words = set(_PRODUCTS)

    def add(self, value: object, depth: int = 0) -> None:
        """Add every text in a value: dataclasses, mappings and sequences are gone through."""
        if isinstance(value, str):
            self.words.update(_WORD.findall(value))
        elif depth > 12 or isinstance(value, QWidget):
            return
        elif is_dataclass(value):
            for field in fields(value):
                self.add(getattr(value, field.name, None), depth + 1)
        elif isinstance(value, dict):
            for name, content in value.items():
                self.add(name, depth + 1)
                self.add(content, depth + 1)
        elif isinstance(value, Iterable) and not isinstance(value, bytes):
            for item in value:
                self.add(item, depth + 1)

    def strangers(self, text: str) -> list[str]:
        """The words of a text that are neither translated nor data."""
        rest = without_translated(unescape(text))
        return [
            found[0]
            for found in _WORD.finditer(rest)
            if not self._is_data(found[0].strip(".:?!’'"))
            and not self._is_part(found[0], rest[max(0, found.start() - 1) : found.end() + 1])
        ]

    def _is_part(self, word: str, around: str) -> bool:
        """Whether it is the rest of a word of the data, cut off by an ellipsis, or a piece of a translated text."""
        if "…" not in around:
            return bool(_PSEUDO.search(word))
        return any(each.startswith(word) or each.endswith(word) for each in self.words)

    def _is_data(self, word: str) -> bool:
        technical = bool(re.search(r"[@/_\\=\[\]|+]|\d|\w\.\w|[a-z][A-Z]|::", word)) or (
            word.isupper() and len(word) > 1
        )
        return len(word) < 2 or technical or word in self.words


def without_translated(text: str) -> str:
    """Return a text without its bracketed parts, also where its beginning or end was elided."""
    if text.startswith("…") and OPEN not in text.partition(CLOSE)[0]:
        text = text.partition(CLOSE)[2]
    depth, kept = 0, []
    for letter in text:
        depth += letter == OPEN
        if not depth:
            kept.append(letter)
        depth = max(0, depth - (letter == CLOSE))
    return "".join(kept)


# --- visible texts ---------------------------------------------------------------------------------------------------


def texts(root: QWidget) -> Iterator[tuple[QWidget, str, str]]:
    """(widget, what it is, text) of everything that a person sees or a screen reader says; `root` is shown."""
    yield root, "title", root.windowTitle()
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible() or widget.objectName().startswith("qt_"):
            continue
        for what, text in (*_own_texts(widget), *_names(widget)):
            yield widget, what, text


def _names(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tooltip", re.sub(r"<[^>]+>", " ", widget.toolTip())
    if not isinstance(widget.parent(), QAbstractItemView):
        yield "accessible name", widget.accessibleName()
        yield "accessible description", widget.accessibleDescription()


def _own_texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    if isinstance(widget, QLabel) and widget.property("piece"):
        return  # of a sentence around fields: its brackets are in other labels
    if isinstance(widget, QLabel):
        yield "label", re.sub(r"<[^>]+>", " ", widget.text())
    elif isinstance(widget, QAbstractButton):
        yield "button", widget.text().replace("&", "")
    elif isinstance(widget, QLineEdit | QPlainTextEdit):
        yield "placeholder", widget.placeholderText()
    elif isinstance(widget, QComboBox):
        for row in range(widget.count()):
            yield "choice", widget.itemText(row)
    elif isinstance(widget, QSpinBox):
        yield "number", f"{widget.prefix()} {widget.specialValueText()} {widget.suffix()}"
    elif isinstance(widget, QMenu):
        for action in widget.actions():
            yield "menu", action.text().replace("&", "")
    elif isinstance(widget, QAbstractItemView):
        yield from _cells(widget)


def _cells(view: QAbstractItemView) -> Iterator[tuple[str, str]]:
    model = view.model()
    if model is None:
        return
    role = Qt.ItemDataRole
    for column in range(model.columnCount()):
        header = model.headerData(column, Qt.Orientation.Horizontal, role.DisplayRole)
        if header and isinstance(view, QHeaderView):
            yield "heading", str(header)
        for row in range(min(model.rowCount(), _ROWS)) if not isinstance(view, QHeaderView) else ():
            for what in (role.DisplayRole, role.ToolTipRole, role.AccessibleTextRole):
                text = model.index(row, column).data(what)
                if isinstance(text, str):
                    yield "cell", re.sub(r"<[^>]+>", " ", text)


@contextmanager
def painted() -> Iterator[list[tuple[str, str, bool]]]:
    """Collect (class of the widget, text, whether it was cut off) of what widgets paint themselves."""
    found: list[tuple[str, str, bool]] = []
    draw = QPainter.drawText

    def watch(painter: QPainter, *arguments: Any) -> Any:
        text = next((each for each in arguments if isinstance(each, str)), "")
        room = arguments[0] if isinstance(arguments[0], QRect | QRectF) else None
        flags = next((int(each) for each in arguments[1:-1] if isinstance(each, Qt.AlignmentFlag | int)), 0)
        wraps = flags & int(Qt.TextFlag.TextWordWrap)
        wide = room is not None and not wraps and painter.fontMetrics().horizontalAdvance(text) > room.width() + 1
        device = painter.device()
        found.append((type(device).__name__, text, wide))
        return draw(painter, *arguments)

    QPainter.drawText = watch  # type: ignore[method-assign,assignment]
    try:
        yield found
    finally:
        QPainter.drawText = draw  # type: ignore[method-assign]


def untranslated(root: QWidget, data: Data) -> list[str]:
    """Each visible text that is neither translated nor data."""
    found: dict[str, str] = {}
    for widget, what, text in texts(root):
        if text not in found and data.strangers(text):
            found[text] = f"{what} of {type(widget).__name__} {_place(widget)}: {_short(text)}"
    return list(found.values())


def cut(root: QWidget) -> list[str]:
    """Each text with less room than it needs and no tooltip with the whole."""
    found = [complaint for complaint in clipped(root) if not complaint.endswith(" across")]
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if (
            isinstance(widget, QLabel)
            and widget.wordWrap()
            and widget.heightForWidth(widget.width()) > widget.height()
        ):
            found.append(f"{who(widget)} needs a height of {widget.heightForWidth(widget.width())}")
        elif widget.toolTip() or widget.property("offersWholeText"):
            continue
        elif isinstance(widget, QComboBox):
            needed = widget.fontMetrics().horizontalAdvance(widget.currentText()) + 36
            if needed > widget.width():
                found.append(f"{who(widget)} needs {needed} of {widget.width()}: {_short(widget.currentText())}")
        elif isinstance(widget, QLineEdit) and not widget.text():
            needed = widget.fontMetrics().horizontalAdvance(widget.placeholderText()) + 12
            if needed > widget.width():
                found.append(f"{who(widget)}: its placeholder needs {needed} of {widget.width()}")
        elif isinstance(widget, QHeaderView) and widget.orientation() == Qt.Orientation.Horizontal:
            found += _cut_headings(widget)
    return found


def _cut_headings(header: QHeaderView) -> Iterator[str]:
    model, role = header.model(), Qt.ItemDataRole
    for column in range(header.count()):
        if header.isSectionHidden(column) or model.headerData(column, Qt.Orientation.Horizontal, role.ToolTipRole):
            continue
        text = str(model.headerData(column, Qt.Orientation.Horizontal, role.DisplayRole) or "")
        if header.fontMetrics().horizontalAdvance(text) + 8 > header.sectionSize(column):
            yield f"{who(header)} of {_place(header)}: {_short(text)} in {header.sectionSize(column)}"


def _place(widget: QWidget) -> str:
    place: QWidget | None = widget
    while place is not None and (not place.objectName() or place.objectName().startswith("qt_")):
        place = place.parentWidget()
    return place.objectName() if place is not None else "(nameless)"


def _short(text: str) -> str:
    return repr(text if len(text) < 100 else f"{text[:97]}…")


# --- the galleries ---------------------------------------------------------------------------------------------------


class Look:
    """Draws each page, and collects its faults."""

    def __init__(self) -> None:
        self.data = Data()
        self.counts: Counter[str] = Counter()
        self.found: list[str] = []
        """Every fault once: "aws: clipped: …"."""

    def draw(self, walker: Any, folder: Path, name: str, theme: str) -> None:
        """Replaces `gallery.draw`."""
        session = walker.controller.session
        self.data.add(
            [
                session.draft,
                session.found.snapshot,
                session.found.inspection,
                session.found.plan,
                session.found.report,
            ]
        )
        self.counts[f"{name}: untranslated"] += 0
        with painted() as paints:
            gallery_draw(walker, folder, name, f"{theme}-pseudo")
        window = walker.window
        for place, part in (("window", window.step_list), ("window", window.footer), (name, window.page)):
            self._report(place, "untranslated", untranslated(part, self.data))
        said = "\n".join(text for _widget, _what, text in texts(window))
        self._report(
            name,
            "untranslated",
            [
                f"painted by {kind}: {_short(text)}"
                for kind, text, _wide in paints
                if text not in said and self.data.strangers(text)
            ],
        )
        self._report(
            name, "clipped", [f"painted by {kind}: {_short(text)}" for kind, text, wide in paints if wide]
        )
        for width, height in gallery.SIZES.values():
            walker.window.resize(width, height)
            walker.settle(350)
            settle()
            self._report(name, "clipped", cut(walker.window))
        walker.window.resize(*gallery.SIZES[""])
        walker.settle(100)

    def popups(self, walker: Any, folder: Path, name: str, theme: str) -> None:
        """Replaces `gallery.draw_popups`."""
        for popup_name, popup in gallery.popups(walker.controller.page):
            QApplication.processEvents()
            plain = re.sub(r"[^\w.-]+", "-", popup_name)
            popup.grab().save(str(folder / f"{name}-popup-{plain}-{theme}-pseudo.png"))
            self._report(name, "untranslated", untranslated(popup, self.data))

    def dialog(self, name: str, dialog: QWidget, folder: Path) -> None:
        """Look at a window beside the wizard's."""
        QTest.qWait(100)
        dialog.grab().save(str(folder / f"{name}-light-pseudo.png"))
        self._report(name, "untranslated", untranslated(dialog, self.data))
        self._report(name, "clipped", cut(dialog))

    def _report(self, name: str, kind: str, complaints: Iterable[str]) -> None:
        for complaint in dict.fromkeys(complaints):
            fault = f"{name}: {kind}: {complaint}"
            if fault not in self.found:
                self.found.append(fault)
                self.counts[f"{name}: {kind}"] += 1
                print(fault, flush=True)


gallery_draw = gallery.draw
SERVICES = ("microsoft", "sign-on", "entra")


@contextmanager
def pseudo_language(right_to_left: bool = False) -> Iterator[None]:
    """Write every translated text in the pseudo-language."""
    before = translation._translations, translation.current_language()
    translation.use_translations(Pseudo(right_to_left), "en")
    try:
        yield
    finally:
        translation.use_translations(*before)


def main(folder: Path, only: str = "", right_to_left: bool = False) -> int:
    """Draw the pages in light and print each fault; returns how many there are."""
    use_screens()
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    if right_to_left:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    folder.mkdir(parents=True, exist_ok=True)
    look = Look()
    for module in (gallery, entra_gallery, microsoft_gallery, sign_on_gallery):
        module.draw = look.draw  # type: ignore[attr-defined]
    gallery.draw_popups = look.popups  # type: ignore[assignment]
    gallery.draw_about = lambda walker, into, _theme: _dialogs(look, walker, into)
    gallery.THEMES = {"light": "light"}
    with pseudo_language(right_to_left):
        if only not in SERVICES:
            _in_trial(lambda walker: gallery.walk(walker, folder, "light", only))
        if only in ("", "entra"):
            _in_trial(lambda walker: entra_gallery.states(walker, folder, "light"))
        if only in ("", "sign-on"):
            _in_trial(lambda walker: sign_on_gallery.states(walker, folder, "light"))
        if only in ("", "microsoft"):
            microsoft_gallery.main(folder, _with_data_of_tenant(look), ("light",))
    for name, count in sorted(look.counts.items()):
        print(f"{count:5} {name}")
    return look.counts.total()


def _with_data_of_tenant(look: Look) -> Callable[..., None]:
    def states(walker: Any, entra: Any, folder: Path, theme: str) -> None:
        look.data.add([entra.ask("GET", f"/{kind}?$top=999") for kind in ("users", "groups", "servicePrincipals")])
        microsoft_gallery.states(walker, entra, folder, theme)

    return states


def _in_trial(states: Callable[[Any], None]) -> None:
    use_desktop_formats()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, "light")
    with tempfile.TemporaryDirectory() as home, gallery.trial(Path(home)) as walker:
        states(walker)


def _dialogs(look: Look, walker: Any, folder: Path) -> None:
    """Help and about in its parts, and the alerts."""
    QTest.keyClick(walker.window, Qt.Key.Key_F1)
    about = walker.window.findChild(gallery.AboutWindow, "about")
    assert about is not None
    walker.until(about.program.copy.isEnabled, "the diagnostics")
    look.data.add(about.parts._model.shown_rows())
    for button in about.switch.findChildren(QAbstractButton):
        button.click()
        walker.settle(100)
        look.dialog(f"about-{button.objectName().rpartition('.')[2]}", about, folder)
    about.reject()
    walker.controller.open_alerts()
    walker.settle(600)
    alerts = walker.controller._alerts
    assert alerts is not None
    look.dialog("alerts", alerts, folder)
    alerts.reject()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.ui.pseudo", description="Draw the pages in a pseudo-language."
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--page", choices=(*gallery.PAGES, *SERVICES), default="", help="one page, or one gallery")
    parser.add_argument("--rtl", action="store_true", help="from right to left")
    options = parser.parse_args()
    sys.exit(1 if main(options.folder, options.page, options.rtl) else 0)
