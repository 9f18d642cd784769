"""One mapping being edited: kind, source, default, when it is written, matching; beside it what comes out."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.ui.pages._breakable import breakable
from wizard.ui.pages._mapping_rows import FLOWS, Shown
from wizard.ui.style import label, px, set_icon, set_ink
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.card import Card, line
from wizard.ui.widgets.field import EnterStays, TextField
from wizard.ui.widgets.paragraph import Paragraph

KINDS: tuple[tuple[MappingKind, str], ...] = (
    (MappingKind.ATTRIBUTE, "Attribute"),
    (MappingKind.CONSTANT, "Constant"),
    (MappingKind.NONE, "Nothing"),
)
_PRIORITIES = ("Not used", "Looked up first", "Looked up second", "Looked up third")


class MappingEditor(Card):
    """The card below the table. `changed` carries the row as it shall be."""

    changed = Signal(object)
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("mappingEditor")
        self._mapping: AttributeMapping | None = None
        self._showing = False
        self._came_out = ""
        self._title = label("", "section")
        self._about = Paragraph(kind="small", ink="text2")
        self.kind = _combo("mappingKind", "Kind of source", [words for _kind, words in KINDS], 112)
        self.flow = _combo("mappingFlow", "When it is written", list(FLOWS.values()), 176)
        self.source = QComboBox()
        self.constant = TextField("mappingConstant", "The same text for everyone", compact=True)
        self.default = TextField("mappingDefault", "Nothing", compact=True)
        self.matching = _combo("mappingMatching", "Finds who is already in AWS", list(_PRIORITIES), 152)
        self.remove = flat("Remove attribute", "removeAttribute", size="small")
        self._enter = EnterStays(self)
        self._problem_mark = QLabel()
        self._problem = Paragraph(kind="small", ink="bad")
        self._problem.setObjectName("mappingProblem")
        self._person = label("", "section")
        self._place = label("", "small", "text2")
        self._source_name = label("", "small", "text2")
        self._source_value = Paragraph()
        self._result = Paragraph(kind="section")
        self._result.setObjectName("mappingResult")
        self._fill()
        self._connect()

    def show_sources(self, sources: Sequence[str]) -> None:
        """Attributes of the directory to choose from."""
        self.source.blockSignals(True)
        kept = self.source.currentText()
        self.source.clear()
        self.source.addItems(list(sources))
        self.source.setCurrentText(kept)
        self.source.blockSignals(False)

    def show_row(self, shown: Shown | None) -> None:
        """Show a row of the table; None = choose one."""
        self.setEnabled(shown is not None)
        self._mapping = shown.mapping if shown else None
        if shown is None:
            self._title.setText("Choose an attribute above")
            return
        self._showing = True
        mapping, attribute = shown.mapping, shown.row.attribute
        self._title.setText(mapping.target)
        self._title.setToolTip(mapping.target)
        facts: list[str] = [attribute.type]
        facts += ["supported for filtering"] if attribute.filterable else []
        facts += ["required"] if attribute.required else []
        self._about.setText(f"{', '.join(facts)}. {attribute.description}".strip())
        self.kind.setCurrentIndex([kind for kind, _words in KINDS].index(mapping.kind))
        self.flow.setCurrentIndex(list(FLOWS).index(mapping.flow))
        self._stack.setCurrentIndex([kind for kind, _words in KINDS].index(mapping.kind))
        if mapping.kind is MappingKind.ATTRIBUTE and self.source.currentText() != mapping.source:
            self.source.setCurrentText(mapping.source)
        if mapping.kind is MappingKind.CONSTANT and self.constant.text() != mapping.source:
            self.constant.setText(mapping.source)
        if self.default.text() != mapping.default:
            self.default.setText(mapping.default)
        self.flow.setEnabled(mapping.kind is not MappingKind.NONE)
        self.default.setEnabled(mapping.kind is not MappingKind.CONSTANT)
        self.matching.setCurrentIndex(min(mapping.matching_priority, len(_PRIORITIES) - 1))
        self.matching.setEnabled(attribute.filterable or mapping.matching_priority > 0)
        self.remove.setEnabled(not attribute.required)
        self._show_problem(shown.problem)
        self._showing = False

    def show_person(self, name: str, place: str, source: tuple[str, str], result: str) -> None:
        """Beside it: who, "1 of 289", the source's name and value, what comes out."""
        self._person.setText(name or "Nobody to show")
        self._place.setText(place)
        self._source_name.setText(source[0])
        self._source_value.setText(breakable(source[1] or ("no value" if source[0] else "")))
        self._came_out = result
        self._result.setText(breakable(result or "Nothing"))

    @property
    def result(self) -> str:
        """What comes out for the one shown; "" = nothing."""
        return self._came_out

    def set_narrow(self, narrow: bool) -> None:
        """A narrow window keeps the description for the tool tip."""
        self._about.setVisible(not narrow)
        self._beside.setFixedWidth(px(240 if narrow else 296))
        self.flow.setFixedWidth(px(152 if narrow else 176))

    def _show_problem(self, sentence: str) -> None:
        self._problem.setText(sentence)
        self._below.setVisible(bool(sentence))

    def _take(self, mapping: AttributeMapping) -> None:
        if not self._showing and mapping != self._mapping:
            self._mapping = mapping
            self.changed.emit(mapping)

    def _kind_chosen(self, index: int) -> None:
        if self._mapping is None or self._showing:
            return
        kind = KINDS[index][0]
        source = {
            MappingKind.ATTRIBUTE: self.source.currentText(),
            MappingKind.CONSTANT: self.constant.text(),
        }.get(kind, "")
        self._take(replace(self._mapping, kind=kind, source=source))

    def _change(self, **values: object) -> None:
        if self._mapping is not None and not self._showing:
            self._take(replace(self._mapping, **values))  # type: ignore[arg-type]

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self.flow.currentIndexChanged.connect(lambda index: self._change(flow=tuple(FLOWS)[index]))
        self.source.currentTextChanged.connect(lambda text: self._change(source=text.strip()))
        self.constant.textChanged.connect(lambda text: self._change(source=text))
        self.default.textChanged.connect(lambda text: self._change(default=text))
        self.matching.currentIndexChanged.connect(lambda index: self._change(matching_priority=index))
        self.remove.clicked.connect(self.remove_asked)
        for field in (self.constant, self.default):
            field.installEventFilter(self._enter)

    def _fill(self) -> None:
        self.source.setObjectName("mappingSource")
        self.source.setAccessibleName("Attribute of the directory")
        self.source.setProperty("fit", "compact")
        self.source.setEditable(True)
        self.source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        edit = self.source.lineEdit()
        if edit is not None:
            edit.installEventFilter(self._enter)
        self.constant.setAccessibleName("Constant")
        self.default.setAccessibleName("Default value")
        self._stack = QStackedWidget()
        nothing = label("Nothing flows; AWS keeps what it has.", ink="text2")
        for part in (self.source, self.constant, nothing):
            self._stack.addWidget(part)
        self._stack.setFixedHeight(px(28))
        row = QHBoxLayout()
        row.setSpacing(0)
        self._beside = self._right()
        self._beside.setFixedWidth(px(296))
        row.addWidget(self._left(), 1)
        row.addWidget(line(upright=True))
        row.addWidget(self._beside)
        self.column.addLayout(row)
        self.show_row(None)

    def _left(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(px(16), px(10), px(16), px(10))
        column.setSpacing(px(6))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._title, 1)
        head.addWidget(self.kind)
        head.addWidget(self.flow)
        column.addLayout(head)
        about = QHBoxLayout()
        about.setSpacing(px(8))
        about.addWidget(self._about, 1)
        about.addStretch(1)
        about.addWidget(self.remove)
        column.addLayout(about)
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(6))
        grid.addWidget(_named("Comes f&rom", self.source), 0, 0)
        grid.addWidget(self._stack, 0, 1, 1, 3)
        grid.addWidget(_named("&Default value", self.default), 1, 0)
        grid.addWidget(self.default, 1, 1)
        grid.addWidget(_named("&Matching", self.matching), 1, 2)
        grid.addWidget(self.matching, 1, 3)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(px(6))
        set_icon(self._problem_mark, "alert-circle", "bad", 14)
        below.addWidget(self._problem_mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._problem, 1)
        column.addWidget(self._below)
        column.addStretch(1)
        return made

    def _right(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(2))
        head = QHBoxLayout()
        head.addWidget(self._person, 1)
        head.addWidget(self._place)
        column.addLayout(head)
        column.addWidget(self._source_name)
        column.addWidget(self._source_value)
        column.addSpacing(px(2))
        column.addWidget(line())
        column.addWidget(label("Result", "small", "text2"))
        column.addWidget(self._result)
        column.addStretch(1)
        return made


def _named(words: str, control: QWidget) -> QLabel:
    made = QLabel(words)
    made.setBuddy(control)
    set_ink(made, "text2")
    return made


def _combo(name: str, words: str, choices: Sequence[str], width: int) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(words)
    made.setProperty("fit", "compact")
    made.addItems(list(choices))
    made.setFixedWidth(px(width))
    return made
