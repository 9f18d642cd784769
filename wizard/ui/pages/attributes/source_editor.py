"""Where a row's value comes from: an attribute, a constant, an expression or nothing, each with its own control."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.ui.theme.fonts import px
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.expression.editor import ExpressionEditor
from wizard.ui.widgets.expression.tokens import tokens
from wizard.ui.widgets.fields import EnterStays, TextField
from wizard.ui.widgets.labels import Paragraph

KINDS: tuple[tuple[MappingKind, str], ...] = (
    (MappingKind.ATTRIBUTE, "Attribute"),
    (MappingKind.CONSTANT, "Constant"),
    (MappingKind.FUNCTION, "Expression"),
    (MappingKind.NONE, "Nothing"),
)
_ORDER = [kind for kind, _words in KINDS]


class MappingSource(QStackedWidget):
    """One page for each kind. `changed` carries kind and source as one text changes."""

    changed = Signal(str)
    """The source as it shall be."""

    def __init__(self) -> None:
        super().__init__()
        self.attribute = QComboBox()
        self.constant = TextField("mappingConstant", "The same text for everyone", compact=True)
        self.expression = ExpressionEditor("mappingExpression", "Expression")
        self._nothing = Paragraph("Nothing flows: AWS keeps what it has.", ink="text2")
        self._showing = False
        self._enter = EnterStays(self)
        self._fill()
        self._connect()

    @property
    def kind(self) -> MappingKind:
        """Whose control is shown."""
        return _ORDER[self.currentIndex()]

    def show_sources(self, sources: Sequence[str]) -> None:
        """Attributes of the directory to choose from and to complete."""
        if [self.attribute.itemText(at) for at in range(self.attribute.count())] == list(sources):
            return
        self._showing = True
        kept = self.attribute.currentText()
        self.attribute.clear()
        self.attribute.addItems(list(sources))
        self.attribute.setCurrentText(kept)
        self._showing = False
        self.expression.set_attributes(sources)

    def show_mapping(self, mapping: AttributeMapping, *, again: bool = False) -> None:
        """Show a row's kind and source; `again`: the same row once more, and what is being typed stays."""
        self._showing = True
        self.setCurrentIndex(_ORDER.index(mapping.kind))
        if mapping.kind is MappingKind.ATTRIBUTE and self.attribute.currentText() != mapping.source:
            self.attribute.setCurrentText(mapping.source)
        if mapping.kind is MappingKind.CONSTANT and self.constant.text() != mapping.source:
            self.constant.setText(mapping.source)
        if mapping.kind is MappingKind.FUNCTION:
            self.expression.show_text(mapping.source, again=again)
        self._showing = False

    def turned_into(self, mapping: AttributeMapping, kind: MappingKind) -> AttributeMapping:
        """The row with another kind; what it says is carried over where the other kind can say it."""
        if kind is mapping.kind:
            return mapping
        source = ""
        if kind is MappingKind.FUNCTION:
            source = _as_expression(mapping)
        elif kind is MappingKind.ATTRIBUTE and mapping.target == "members":
            source = "members"
        elif kind is MappingKind.ATTRIBUTE:
            source = _first_attribute(mapping) or self.attribute.currentText()
        elif kind is MappingKind.CONSTANT:
            source = self.constant.text()
        return replace(mapping, kind=kind, source=source)

    def edit(self) -> None:
        """Put the focus where the source is written."""
        control: QWidget | None = {
            MappingKind.ATTRIBUTE: self.attribute,
            MappingKind.CONSTANT: self.constant,
            MappingKind.FUNCTION: self.expression.edit,
        }.get(self.kind)
        if control is not None:
            control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def sizeHint(self) -> QSize:
        """As much as the control that is shown."""
        shown = self.currentWidget()
        return shown.sizeHint() if shown is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As much as the control that is shown."""
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()

    def _tell(self, source: str) -> None:
        if not self._showing:
            self.changed.emit(source)

    def _connect(self) -> None:
        self.attribute.currentTextChanged.connect(lambda text: self._tell(text.strip()))
        self.constant.textChanged.connect(self._tell)
        self.expression.paused.connect(self._tell)
        self.currentChanged.connect(lambda _page: self.updateGeometry())
        self.constant.installEventFilter(self._enter)
        line = self.attribute.lineEdit()
        if line is not None:
            line.installEventFilter(self._enter)

    def _fill(self) -> None:
        self.attribute.setObjectName("mappingSource")
        self.attribute.setAccessibleName("Attribute of the directory")
        self.attribute.setProperty("fit", "compact")
        self.attribute.setEditable(True)
        self.attribute.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.attribute.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        finder = self.attribute.completer()
        if finder is not None:
            finder.setFilterMode(Qt.MatchFlag.MatchContains)
            finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.constant.setAccessibleName("Constant")
        controls: dict[MappingKind, tuple[QWidget, ...]] = {
            MappingKind.ATTRIBUTE: (_named("Comes f&rom", self.attribute), self.attribute),
            MappingKind.CONSTANT: (_named("Te&xt", self.constant), self.constant),
            MappingKind.NONE: (self._nothing,),
        }
        for kind in _ORDER:
            page = QWidget()
            column = QVBoxLayout(page)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(px(6))
            if kind is MappingKind.FUNCTION:
                column.addWidget(self.expression)
            else:
                row = QHBoxLayout()
                row.setSpacing(px(8))
                for part in controls[kind]:
                    row.addWidget(part, 0 if isinstance(part, QLabel) and part.buddy() else 1)
                column.addLayout(row)
            column.addStretch(1)
            self.addWidget(page)


def _as_expression(mapping: AttributeMapping) -> str:
    """An expression that gives what the row gives."""
    if mapping.kind is MappingKind.ATTRIBUTE and mapping.source:
        return f"Coalesce([{mapping.source}])"
    if mapping.kind is MappingKind.CONSTANT and mapping.source:
        escaped = mapping.source.replace("\\", "\\\\").replace('"', '\\"')
        return f'Join("", "{escaped}")'
    return ""


def _first_attribute(mapping: AttributeMapping) -> str:
    if mapping.kind is not MappingKind.FUNCTION:
        return ""
    text = mapping.source
    return next((text[s.start : s.end].strip("[] ") for s in tokens(text) if s.kind == "attribute"), "")


def _named(words: str, control: QWidget) -> QLabel:
    made = QLabel(words)
    made.setBuddy(control)
    set_ink(made, "text2")
    return made
