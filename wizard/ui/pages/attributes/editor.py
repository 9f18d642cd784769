"""One mapping being edited: kind, source, default, when it is written, matching; beside it what comes out."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.aws.schema import TargetAttribute
from wizard.flow.mapping.expressions import Reading
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.ui.pages.attributes.source_editor import KINDS, MappingSource
from wizard.ui.pages.attributes.table import FLOWS, Shown
from wizard.ui.pages.attributes.values_pane import PersonValues
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import icon_button
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.fields import EnterStays, TextField
from wizard.ui.widgets.labels import LineLabel, Paragraph

_PRIORITIES = ("Not used", "Looked up first", "Looked up second", "Looked up third")


class MappingEditor(Card):
    """The card below the table. `changed` carries the row as it shall be, and the field that changed."""

    changed = Signal(object, str)
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("mappingEditor")
        self._mapping: AttributeMapping | None = None
        self._attribute: TargetAttribute | None = None
        self.nth = 0
        """Which of the rows with this target is edited."""
        self._showing = False
        self._narrow = False
        self._title = LineLabel("section", elide=True)
        self._about = Paragraph(kind="small", ink="text2")
        self.kind = _combo("mappingKind", "Kind of source", [words for _kind, words in KINDS], 120)
        self.flow = _combo("mappingFlow", "When it is written", list(FLOWS.values()), 176)
        self.source = MappingSource()
        self.default = TextField("mappingDefault", "Nothing", compact=True)
        self.matching = _combo("mappingMatching", "Finds who is already in AWS", list(_PRIORITIES), 152)
        self.remove = icon_button("trash", "Remove this attribute", "removeAttribute")
        self.person = PersonValues()
        self._enter = EnterStays(self)
        self._problem_mark = QLabel()
        self._problem = Paragraph(kind="small", ink="bad")
        self._problem.setObjectName("mappingProblem")
        self._fill()
        self._connect()

    @property
    def mapping(self) -> AttributeMapping | None:
        """The row that is edited, as it was shown last."""
        return self._mapping

    def pending(self) -> AttributeMapping | None:
        """The row with what was typed and not told yet; None = everything was told."""
        expression = self.source.expression
        if self._mapping is None or self._mapping.kind is not MappingKind.FUNCTION or not expression.is_unsettled:
            return None
        return replace(self._mapping, source=expression.text)

    def show_row(self, shown: Shown | None) -> None:
        """Show a row of the table; None = choose one."""
        again = (
            shown is not None
            and self._mapping is not None
            and (shown.row.attribute, shown.nth, shown.mapping.kind)
            == (self._attribute, self.nth, self._mapping.kind)
        )
        self.nth = shown.nth if shown else 0
        self._attribute = shown.row.attribute if shown else None
        self.setEnabled(shown is not None)
        self._mapping = shown.mapping if shown else None
        if shown is None:
            self._title.setText("Choose an attribute above")
            return
        self._showing = True
        mapping, attribute = shown.mapping, shown.row.attribute
        self._title.setText(mapping.target)
        facts: list[str] = [attribute.type]
        facts += ["supported for filtering"] if attribute.filterable else []
        facts += ["required"] if attribute.required else []
        about = f"{', '.join(facts)}. {attribute.description}".strip()
        self._about.setText(about)
        self._title.setToolTip(f"{mapping.target}\n{about}")
        self._allow(mapping.target)
        self.kind.setCurrentIndex([kind for kind, _words in KINDS].index(mapping.kind))
        self.flow.setCurrentIndex(list(FLOWS).index(mapping.flow))
        self.source.show_mapping(mapping, again=again)
        if self.default.text() != mapping.default:
            self.default.setText(mapping.default)
        self.flow.setEnabled(mapping.kind is not MappingKind.NONE)
        self.default.setEnabled(mapping.kind is not MappingKind.CONSTANT and mapping.target != "members")
        self.matching.setCurrentIndex(min(mapping.matching_priority, len(_PRIORITIES) - 1))
        self.matching.setEnabled(attribute.filterable or mapping.matching_priority > 0)
        self.remove.setEnabled(not attribute.required)
        self._show_problem(shown)
        self._showing = False

    def _allow(self, target: str) -> None:
        """Memberships flow or not: there is nothing to write for them."""
        model = self.kind.model()
        assert isinstance(model, QStandardItemModel)
        for at, (kind, _words) in enumerate(KINDS):
            flows = kind in (MappingKind.ATTRIBUTE, MappingKind.NONE)
            model.item(at).setEnabled(flows or target != "members")
        self.source.attribute.setEnabled(target != "members")

    def show_reading(self, text: str, reading: Reading) -> None:
        """What is known of the expression."""
        self.source.expression.show_reading(text, reading)
        if reading.problem:  # it says why nothing comes out
            self._below.hide()

    def edit(self) -> None:
        """Go to where the value comes from; a row that nothing feeds is asked for its kind first."""
        if self.source.kind is MappingKind.NONE:
            self.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.source.edit()

    @property
    def result(self) -> str:
        """What comes out for the one shown; "" = nothing."""
        return self.person.result

    def set_narrow(self, narrow: bool) -> None:
        """A narrow window keeps the description for the tool tip."""
        self._narrow = narrow
        self._about.setVisible(not narrow and self.source.kind is not MappingKind.FUNCTION)
        self.person.set_narrow(narrow)
        self.flow.setFixedWidth(px(152) if narrow else max(px(168), self.flow.sizeHint().width()))

    def _show_problem(self, shown: Shown) -> None:
        expression = shown.mapping.kind is MappingKind.FUNCTION
        sentence = shown.problem or shown.remark
        set_icon(self._problem_mark, *(("alert-circle", "bad") if shown.problem else ("warning", "warn")), 14)
        set_ink(self._problem, "bad" if shown.problem else "warn")
        self._problem.setText(sentence)
        self._below.setVisible(bool(sentence))
        self._about.setVisible(not (self._narrow or expression or sentence))

    def _take(self, mapping: AttributeMapping, field: str) -> None:
        if not self._showing and mapping != self._mapping:
            self._mapping = mapping
            self.changed.emit(mapping, field)

    def _kind_chosen(self, index: int) -> None:
        if self._mapping is not None and not self._showing:
            self._take(self.source.turned_into(self._mapping, KINDS[index][0]), "kind")

    def _change(self, field: str, value: object) -> None:
        if self._mapping is not None and not self._showing:
            self._take(replace(self._mapping, **{field: value}), field)  # type: ignore[arg-type]

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self.flow.currentIndexChanged.connect(lambda index: self._change("flow", tuple(FLOWS)[index]))
        self.source.changed.connect(lambda text: self._change("source", text))
        self.default.textChanged.connect(lambda text: self._change("default", text))
        self.matching.currentIndexChanged.connect(lambda index: self._change("matching_priority", index))
        self.remove.clicked.connect(self.remove_asked)
        self.default.installEventFilter(self._enter)

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self._left(), 1)
        row.addWidget(line(upright=True))
        row.addWidget(self.person)
        self.column.addLayout(row)

    def _left(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(8))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._title, 1)
        for control in (self.kind, self.flow, self.remove):
            head.addWidget(control)
        column.addLayout(head)
        column.addWidget(self.source)
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(px(6))
        set_icon(self._problem_mark, "alert-circle", "bad", 14)
        below.addWidget(self._problem_mark, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._problem, 1)
        column.addWidget(self._about)
        column.addWidget(self._below)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        self.default.setAccessibleName("Default value")
        foot.addWidget(_named("&Default value", self.default))
        foot.addWidget(self.default, 1)
        foot.addWidget(_named("&Matching", self.matching))
        foot.addWidget(self.matching)
        column.addLayout(foot)
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
    made.ensurePolished()
    made.setFixedWidth(max(px(width), made.sizeHint().width()))  # another font may be wider than the drawings'
    return made
