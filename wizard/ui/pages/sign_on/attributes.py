"""Attributes for access control: a small table of keys, each with the attribute of Entra ID that it is sent from."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard import messages
from wizard.aws.session_tags import AccessAttribute
from wizard.errors import Message
from wizard.flow.microsoft.sign_on import attribute_problem, attribute_sources
from wizard.messages.translation import _
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat, icon_button
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.labels import Paragraph
from wizard.ui.widgets.search_combo import Choices, SearchCombo, attribute_choices


class AttributesCard(QWidget):
    """A button that shows the table, and the table."""

    changed = Signal()
    """The attributes changed, and nothing is wrong with them."""
    typed = Signal()
    """A key is being typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("accessAttributes")
        self._rows: list[_Row] = []
        self._choices = attribute_choices(attribute_sources())
        self._shown: tuple[AccessAttribute, ...] | None = None
        self.more = flat("", "showAttributes")
        self.add = flat(_("Add attribute"), "addAttribute", icon="plus")
        self._table = QVBoxLayout()
        self._table.setSpacing(px(8))
        self._part = self._build()
        button = QHBoxLayout()
        button.setContentsMargins(-px(FLAT_PADDING), 0, 0, 0)  # align its icon with the headings
        button.addWidget(self.more)
        button.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(button)
        column.addWidget(self._part)
        self.more.clicked.connect(lambda: self._open(self._part.isHidden()))
        self.add.clicked.connect(lambda: self._add_row().key.setFocus())
        self._open(False)

    @property
    def attributes(self) -> tuple[AccessAttribute, ...]:
        """The attributes in the table, without empty rows."""
        return tuple(row.attribute for row in self._rows if not row.is_empty)

    def show_attributes(self, attributes: Sequence[AccessAttribute]) -> None:
        """Fill the table, which is shown if it is not empty; rows that were begun are dropped."""
        self._shown = tuple(attributes)
        for row in self._rows:
            row.setParent(None)
            row.deleteLater()
        self._rows = []
        for each in attributes:
            self._add_row(each)
        self._open(bool(attributes))

    def check(self, *, thorough: bool = False) -> "QWidget | None":
        """Show the problem of each row; return the first field at fault, None = there is none.

        thorough: also of a row that is not complete, such as one that is being typed.
        """
        first: QWidget | None = None
        keys: list[str] = []
        for row in self._rows:
            at_fault = row.check(keys, thorough)
            keys.append(row.attribute.key)
            first = first or at_fault
        return first

    def _take(self) -> None:
        if self.check() is None:
            self._shown = self.attributes
            self.changed.emit()

    def take(self) -> None:
        """Take what was typed, if it is complete."""
        if self.attributes != (self._shown or ()):
            self._take()

    def _remove(self, row: "_Row") -> None:
        at = self._rows.index(row)
        self._rows.remove(row)
        row.hide()
        row.setParent(None)
        row.deleteLater()
        left = self._rows[min(at, len(self._rows) - 1)].key if self._rows else self.add
        left.setFocus()
        self._take()

    def _add_row(self, attribute: AccessAttribute | None = None) -> "_Row":
        row = _Row(len(self._rows), self._choices)
        if attribute is not None:
            row.show_attribute(attribute)
        row.key.textEdited.connect(self.typed)
        row.key.editingFinished.connect(self.take)
        row.source.chosen.connect(lambda _value: self._take())
        row.remove.clicked.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._table.addWidget(row)
        return row

    def _open(self, shown: bool) -> None:
        self._part.setVisible(shown)
        if shown and not self._rows:
            self._add_row()
        self.more.change_text(
            _("Hide attributes for access control") if shown else _("Attributes for access control")
        )
        self.more.change_icon("chevron-down" if shown else "chevron-right")

    def _build(self) -> QWidget:
        part = Card()
        part.column.setSpacing(px(12))
        part.column.addWidget(
            Paragraph(
                _(
                    "Sent to AWS with each sign-in. Policies in AWS read them as aws:PrincipalTag/Key. People without "
                    "a value have no tag."
                ),
                kind="small",
                ink="text2",
            )
        )
        part.column.addLayout(self._table)
        row = QHBoxLayout()
        row.setContentsMargins(-px(FLAT_PADDING), 0, 0, 0)
        row.addWidget(self.add)
        row.addStretch(1)
        part.column.addLayout(row)
        return part


_INCOMPLETE = ("attribute-key-empty", "attribute-not-chosen")
"""Problems of a row that is being filled."""


class _Row(QWidget):
    """One attribute: its key, its source, and its problem."""

    def __init__(self, number: int, choices: Choices) -> None:
        super().__init__()
        self.key = TextField(f"attributeKey{number}", _("Key, such as Department"), compact=True)
        self.key.setAccessibleName(_("Key of the attribute"))
        self.source = SearchCombo(f"attributeSource{number}", _("Attribute of Entra ID"))
        self.source.setPlaceholderText(_("Attribute of Entra ID"))
        self.source.set_choices(choices)
        self.remove = icon_button("cross", _("Remove this attribute"), f"removeAttribute{number}")
        self.problem = Paragraph(kind="small", ink="bad")
        self.problem.setObjectName(f"attributeProblem{number}")
        self.problem.hide()
        fields = QHBoxLayout()
        fields.setSpacing(px(8))
        fields.addWidget(self.key, 1)
        fields.addWidget(self.source, 1)
        fields.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(fields)
        column.addWidget(self.problem)

    @property
    def attribute(self) -> AccessAttribute:
        """The content of the fields."""
        return AccessAttribute(self.key.text().strip(), self.source.value)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered: such a row counts for nothing."""
        return not self.attribute.key and not self.attribute.attribute

    def show_attribute(self, attribute: AccessAttribute) -> None:
        """Fill the fields."""
        self.key.setText(attribute.key)
        self.source.show_value(attribute.attribute)

    def check(self, keys_above: Sequence[str], thorough: bool) -> QWidget | None:
        """Show the problem; return the field at fault."""
        problem = None if self.is_empty else attribute_problem(self.attribute, keys_above)
        shown = problem is not None and (thorough or problem.code not in _INCOMPLETE)
        self.problem.setText(messages.text(problem) if problem is not None and shown else "")
        self.problem.setVisible(shown)
        if problem is None:
            return None
        return self.source if _is_about_source(problem) else self.key


def _is_about_source(problem: Message) -> bool:
    return problem.code in ("attribute-not-chosen", "attribute-not-a-claim")
