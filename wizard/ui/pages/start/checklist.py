"""What is needed at hand for a directory, and what to think of before: the tutorial's plan in our words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets.labels import Paragraph, heading

_AWS = (
    ("key", "An AWS account that may change the settings of IAM Identity Center"),
    ("gear", "An external identity provider as the identity source of IAM Identity Center"),
)
_SOURCES = {
    "": (("table", "A tenant of Entra ID, or a file with one row for each person"),),
    "entra": (
        ("cloud", "A tenant, and an app registration in it that may read people, groups and assignments"),
        ("person", "An administrator of the tenant who consents to this permission, once"),
    ),
    "file": (
        ("table", "A file with one row for each person: user name, first, last, display name"),
        ("people", "For groups: a second file of groups and members, or a column of groups"),
    ),
    "sample": (("people", "Nothing else: the sample company comes with this program"),),
}
_THINK = (
    ("person", "Who is in scope: begin with one or two people, then go on to everyone"),
    ("filter", "What is written: AWS wants user, first, last and display name of everyone"),
)


class Needs(QWidget):
    """Two short lists with icons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("needs")
        self._kind = ""
        self._hand = _Lines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(heading("Have at hand"))
        column.addWidget(self._hand)
        column.addSpacing(px(8))
        column.addWidget(heading("Think of"))
        think = _Lines()
        think.show_lines(_THINK)
        column.addWidget(think)
        column.addStretch(1)
        self.show_source("")

    def show_source(self, kind: str) -> None:
        """Say what this directory needs."""
        self._hand.show_lines((*_AWS, *_SOURCES.get(kind, ())))

    @property
    def lines(self) -> tuple[str, ...]:
        """What has to be at hand."""
        return self._hand.texts


class _Lines(QWidget):
    """Lines of text, an icon before each."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: tuple[str, ...] = ()
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(4))

    def show_lines(self, lines: tuple[tuple[str, str], ...]) -> None:
        """Show other lines; the same ones are left alone."""
        texts = tuple(text for _, text in lines)
        if texts == self.texts:
            return
        self.texts = texts
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(icon, text) for icon, text in lines]

    def _row(self, icon: str, text: str) -> QWidget:
        row = QWidget()
        picture = QLabel()
        picture.setContentsMargins(0, px(4), 0, 0)
        set_icon(picture, icon, "text2")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(Paragraph(text), 1)
        self._column.addWidget(row)
        return row
