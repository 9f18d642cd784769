"""Questions over the window: confirm something, or enter one line. Text from outside is shown as plain text."""

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from wizard.messages.translation import _
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import Button, danger, primary, secondary
from wizard.ui.widgets.fields import LabelledField, TextField
from wizard.ui.widgets.labels import Paragraph
from wizard.ui.widgets.tab_order import TabByLayout

WIDTH = 464
_NAME = re.compile("“.*”|«.*»|„.*“|「.*」", re.DOTALL)
"""A name in the quotation marks of the languages of the catalogues."""


class Sheet(TabByLayout, QDialog):
    """Title, text, controls of the caller and two buttons; `exec` returns 1 when the person chose the verb.

    The title wraps and shows the name between “ and ” in bold. Content higher than the screen scrolls. Where the verb is
    dangerous it is red, and Cancel is the default button; Escape always cancels.
    """

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        title: str,
        text: str,
        verb: str,
        *,
        dangerous: bool = False,
        cancel: str = "",
    ) -> None:
        """`name` is the object name; the buttons are `<name>Verb` and `<name>Cancel`."""
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.Sheet)
        self.setObjectName(name)
        self.setWindowTitle(verb)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.title, self.text = Paragraph(kind="question"), Paragraph(ink="text2")
        self.title.set_runs(_bold_name(title))
        self.text.set_runs(((text, False),))
        self.text.setVisible(bool(text))
        self.verb: Button = danger(verb, f"{name}Verb") if dangerous else primary(verb, f"{name}Verb")
        self.cancel: Button = secondary(cancel or _("Cancel"), f"{name}Cancel")
        self.verb.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self._first: QWidget = self.cancel if dangerous else self.verb
        self._lay_out()
        (self.cancel if dangerous else self.verb).setDefault(True)

    def add(self, control: QWidget, *, focus: QWidget | None = None) -> None:
        """Add a control above the buttons; `focus` has the focus when the sheet is shown. Labels of fields wrap."""
        for field in (control, *control.findChildren(LabelledField)):
            if isinstance(field, LabelledField):
                field.label.setWordWrap(True)
        self._column.insertWidget(self._column.count() - 1, control)
        self._first = focus or self._first

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore Enter that is held down: it was pressed before the question was asked."""
        if not (event.isAutoRepeat() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Be as high as the content, at most nearly as high as the screen."""
        space = self.screen().availableGeometry().size() * 0.9
        width = min(px(WIDTH), space.width())
        foot = self._foot.sizeHint().height()
        height = min(self._column.totalHeightForWidth(width) + foot, space.height())
        self.setFixedSize(QSize(width, height))
        super().showEvent(event)
        self._first.setFocus(Qt.FocusReason.TabFocusReason)

    def _lay_out(self) -> None:
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(px(24), px(20), px(24), px(4))
        self._column.setSpacing(px(8))
        self._column.addWidget(self.title)
        self._column.addWidget(self.text)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName(f"{self.objectName()}Scroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        page.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self._foot = QWidget()
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(px(24), px(12), px(24), px(20))
        row.setSpacing(px(8))
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.verb)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(self._foot)


def confirm(
    parent: QWidget | None,
    title: str,
    text: str,
    verb: str,
    *,
    dangerous: bool = True,
    cancel: str = "",
    name: str = "question",
) -> bool:
    """Ask before something; True = the person chose the verb."""
    sheet = Sheet(parent, name, title, text, verb, dangerous=dangerous, cancel=cancel)
    chosen = sheet.exec() == Sheet.DialogCode.Accepted
    sheet.deleteLater()
    return chosen


def ask_text(parent: QWidget | None, title: str, label: str, text: str, verb: str) -> str:
    """Ask for one line of text, which is never empty; "" = cancelled."""
    sheet = Sheet(parent, "textQuestion", title, "", verb)
    edit = TextField("textQuestionField")
    edit.setText(text)
    edit.selectAll()
    edit.textChanged.connect(lambda now: sheet.verb.setEnabled(bool(now.strip())))
    sheet.verb.setEnabled(bool(text.strip()))
    sheet.add(LabelledField(label, edit), focus=edit)
    chosen = sheet.exec() == Sheet.DialogCode.Accepted
    sheet.deleteLater()
    return edit.text().strip() if chosen else ""


def _bold_name(title: str) -> tuple[tuple[str, bool], ...]:
    """Return the title in runs: (text, whether it is bold)."""
    found = _NAME.search(title)
    if found is None:
        return ((title, False),)
    start, end = found.start() + 1, found.end() - 1
    return ((title[:start], False), (title[start:end], True), (title[end:], False))
