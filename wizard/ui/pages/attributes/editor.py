"""The editor of one attribute mapping: source, default, flow and matching; beside it the values of a person."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpacerItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from wizard.aws.schema import TargetAttribute
from wizard.flow.mapping.expressions import ExpressionCheck
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.messages.attribute_names import friendly_name
from wizard.messages.descriptions import about_attribute
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _, ngettext, pgettext
from wizard.ui.pages.attributes.table import FLOWS, ShownRow
from wizard.ui.pages.shared.log_rows import breakable
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import icon_button
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.expression.editor import ExpressionEditor
from wizard.ui.widgets.expression.tokens import tokens
from wizard.ui.widgets.fields import ChoiceField, EnterStays, TextField
from wizard.ui.widgets.labels import LineLabel, Paragraph, label
from wizard.ui.widgets.search_combo import SearchCombo, attribute_choices

_KINDS: tuple[tuple[MappingKind, str], ...] = (
    (MappingKind.ATTRIBUTE, N_("Attribute")),
    (MappingKind.CONSTANT, N_("Constant")),
    (MappingKind.FUNCTION, N_("Expression")),
    (MappingKind.NONE, N_("Not provisioned")),
)
_KIND_ORDER = [kind for kind, _words in _KINDS]
_PRIORITIES = (N_("Not used"), N_("Match first"), N_("Match second"), N_("Match third"))
_NAME_WIDTH = 104
_ABOUT_WIDTH = 176
"""Most room that the name takes from a long attribute beside it."""
_MOST_SOURCES = 3
"""Sources shown beside the editor; the others are counted, with their values in a tool tip."""


class MappingEditor(Card):
    """The card below the table."""

    changed = Signal(object, str)
    """The changed AttributeMapping, and the name of its field that changed."""
    remove_asked = Signal()

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("mappingEditor")
        self._mapping: AttributeMapping | None = None
        self._attribute: TargetAttribute | None = None
        self.nth = 0
        """Index of the edited row among the rows with its target."""
        self._showing = False
        self._title = LineLabel("section", elide=True)
        self._title.setObjectName("mappingTitle")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._about = LineLabel("small", "text2", elide=True, middle=False)
        self._about.setObjectName("mappingAbout")
        self._head = QHBoxLayout()
        self.kind = _combo("mappingKind", _("Mapping type"), [_(text) for _kind, text in _KINDS], 120)
        self.flow = _combo("mappingFlow", _("Apply this mapping"), [_(text) for text in FLOWS.values()], 104)
        self.source = MappingSource()
        self.default = TextField("mappingDefault", pgettext("default value", "None"), compact=True)
        self.matching = _combo(
            "mappingMatching",
            _("Match existing accounts by this attribute"),
            [_(text) for text in _PRIORITIES],
            120,
        )
        self.remove = icon_button("trash", _("Remove this attribute"), "removeAttribute")
        self.person = PersonValues()
        self._enter = EnterStays(self)
        self._problem_mark = QLabel()
        self._problem = LineLabel("small", "bad", elide=True, middle=False)
        self._problem.setObjectName("mappingProblem")
        self._fill()
        self._connect()

    @property
    def mapping(self) -> AttributeMapping | None:
        """The edited row, as last shown."""
        return self._mapping

    def pending(self) -> AttributeMapping | None:
        """Return the row with an expression that is typed but not emitted yet, or None."""
        expression = self.source.expression
        if self._mapping is None or self._mapping.kind is not MappingKind.FUNCTION or not expression.is_unsettled:
            return None
        return replace(self._mapping, source=expression.text)

    def show_row(self, shown: ShownRow | None) -> None:
        """Show a row of the table; None: no row is selected."""
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
            self._title.setText(_("Select an attribute above"))
            return
        self._showing = True
        mapping, attribute = shown.mapping, shown.row.attribute
        self._title.setText(mapping.target)
        name = friendly_name(mapping.target)
        facts = [name] if name != mapping.target else []
        facts += [_("required")] if attribute.required else []
        self._about.setText(comma_list(facts))
        self._about.setMinimumWidth(min(px(_ABOUT_WIDTH), self._about.sizeHint().width()))
        self._title.setToolTip(
            wrapped_tip(
                "\n".join(filter(None, (mapping.target, attribute.type, about_attribute(attribute.description))))
            )
        )
        self._allow(mapping.target)
        self.kind.setCurrentIndex(_KIND_ORDER.index(mapping.kind))
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
        """Allow only the kinds that fit: members are mapped or not, without constant or expression."""
        model = self.kind.model()
        assert isinstance(model, QStandardItemModel)
        for at, (kind, _words) in enumerate(_KINDS):
            flows = kind in (MappingKind.ATTRIBUTE, MappingKind.NONE)
            model.item(at).setEnabled(flows or target != "members")
        self.source.attribute.setEnabled(target != "members")

    def show_reading(self, text: str, reading: ExpressionCheck) -> None:
        """Show the parser's result for the expression."""
        self.source.expression.show_reading(text, reading)
        if reading.problem:  # it says why there is no value
            self._say("", "bad", "")

    def edit(self) -> None:
        """Focus the source; for a row without source, its kind."""
        if self.source.kind is MappingKind.NONE:
            self.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.source.edit()

    @property
    def result(self) -> str:
        """The value for the person shown; "" = none."""
        return self.person.result

    def set_narrow(self, narrow: bool) -> None:
        """Show the friendly name only as tool tip in a narrow window."""
        self._about.setVisible(not narrow)
        self._head.setStretchFactor(self._title, int(narrow))
        self.person.set_narrow(narrow)

    def _show_problem(self, shown: ShownRow) -> None:
        sentence = shown.problem or shown.remark
        self._say(sentence, "bad" if shown.problem else "warn", "alert-circle" if shown.problem else "warning")

    def _say(self, sentence: str, ink: Ink, icon: str) -> None:
        """Show a sentence in the line that is reserved for it, so that nothing moves."""
        self._problem_mark.setVisible(bool(sentence))
        set_icon(self._problem_mark, icon, ink, 14)
        set_ink(self._problem, ink)
        self._problem.setText(sentence)
        self._problem.setToolTip(wrapped_tip(sentence))

    def _take(self, mapping: AttributeMapping, field: str) -> None:
        if not self._showing and mapping != self._mapping:
            self._mapping = mapping
            self.changed.emit(mapping, field)

    def _kind_chosen(self, index: int) -> None:
        if self._mapping is not None and not self._showing:
            self._take(self.source.turned_into(self._mapping, _KINDS[index][0]), "kind")

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
        head = self._head
        head.setSpacing(px(8))
        head.addWidget(self._title)
        head.addWidget(self._about, 1)
        for control in (self.kind, self.flow, self.remove):
            head.addWidget(control)
        column.addLayout(head)
        column.addWidget(self.source)
        below = QWidget()
        below.setFixedHeight(px(16))
        beside = QHBoxLayout(below)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(px(6))
        beside.addWidget(self._problem_mark)
        beside.addWidget(self._problem, 1)
        column.addStretch(1)
        column.addWidget(below)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        self.default.setAccessibleName(_("Default value"))
        foot.addWidget(_named(_("&Default value"), self.default))
        foot.addWidget(self.default, 1)
        foot.addWidget(_named(_("&Match by"), self.matching))
        foot.addWidget(self.matching)
        column.addLayout(foot)
        return made


class MappingSource(QStackedWidget):
    """The source of a mapping: one page with its own control for each kind."""

    changed = Signal(str)
    """The changed source."""

    def __init__(self) -> None:
        super().__init__()
        self.attribute = SearchCombo("mappingSource", _("Source attribute"), free=True)
        self.constant = TextField("mappingConstant", _("The same value for everyone"), compact=True)
        self.expression = ExpressionEditor("mappingExpression", _("Expression"))
        self._nothing = Paragraph(_("Not provisioned. AWS keeps its current value."), ink="text2")
        self._showing = False
        self._sources: tuple[str, ...] = ()
        self._enter = EnterStays(self)
        self._fill()
        self._connect()

    @property
    def kind(self) -> MappingKind:
        """The kind whose control is shown."""
        return _KIND_ORDER[self.currentIndex()]

    def show_sources(self, sources: Sequence[str]) -> None:
        """Set the attributes of the directory, to choose from and to complete."""
        if tuple(sources) == self._sources:
            return
        self._sources = tuple(sources)
        self.attribute.set_choices(attribute_choices(sources))
        self.expression.set_attributes(sources)

    def show_mapping(self, mapping: AttributeMapping, *, again: bool = False) -> None:
        """Show kind and source of a row; `again`: the same row, text that is being typed is kept."""
        self._showing = True
        self.setCurrentIndex(_KIND_ORDER.index(mapping.kind))
        if mapping.kind is MappingKind.ATTRIBUTE:
            self.attribute.show_value(mapping.source)
        if mapping.kind is MappingKind.CONSTANT and self.constant.text() != mapping.source:
            self.constant.setText(mapping.source)
        if mapping.kind is MappingKind.FUNCTION:
            self.expression.show_text(mapping.source, again=again)
        self._showing = False

    def turned_into(self, mapping: AttributeMapping, kind: MappingKind) -> AttributeMapping:
        """Return the row with another kind, with an equivalent source where the kind has one."""
        if kind is mapping.kind:
            return mapping
        source = ""
        if kind is MappingKind.FUNCTION:
            source = _as_expression(mapping)
        elif kind is MappingKind.ATTRIBUTE and mapping.target == "members":
            source = "members"
        elif kind is MappingKind.ATTRIBUTE:
            source = _first_attribute(mapping) or self.attribute.value
        elif kind is MappingKind.CONSTANT:
            source = self.constant.text()
        return replace(mapping, kind=kind, source=source)

    def edit(self) -> None:
        """Focus the control of the source."""
        control: QWidget | None = {
            MappingKind.ATTRIBUTE: self.attribute,
            MappingKind.CONSTANT: self.constant,
            MappingKind.FUNCTION: self.expression.edit,
        }.get(self.kind)
        if control is not None:
            control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _tell(self, source: str) -> None:
        if not self._showing:
            self.changed.emit(source)

    def _connect(self) -> None:
        self.attribute.chosen.connect(self._tell)
        self.constant.textChanged.connect(self._tell)
        self.expression.paused.connect(self._tell)
        self.constant.installEventFilter(self._enter)

    def _fill(self) -> None:
        self.constant.setAccessibleName(_("Constant"))
        controls: dict[MappingKind, tuple[QWidget, ...]] = {
            MappingKind.ATTRIBUTE: (_named(_("Sou&rce"), self.attribute), self.attribute),
            MappingKind.CONSTANT: (_named(_("&Value"), self.constant), self.constant),
            MappingKind.NONE: (self._nothing,),
        }
        for kind in _KIND_ORDER:
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
    """Return an expression with the same value as the row."""
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


class PersonValues(QWidget):
    """The person shown, the values of the row's sources, and the result; beside the editor."""

    def __init__(self) -> None:
        super().__init__()
        self._came_out = ""
        self._person = label("", "section")
        self._place = label("", "small", "text2")
        self._rows = tuple(
            (LineLabel(ink="text2", elide=True), LineLabel(elide=True)) for _row in range(_MOST_SOURCES)
        )
        self._more = label("", "small", "text2")
        self._grid = QGridLayout()
        self._heading = QLabel(_("Result"))
        self._gap = QSpacerItem(0, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._result_row = QHBoxLayout()
        self._result = Paragraph(kind="section")
        self._result.setObjectName("mappingResult")
        self._fill()

    @property
    def result(self) -> str:
        """The result; "" = none."""
        return self._came_out

    def show_person(self, name: str, place: str) -> None:
        """Show the name, and the position such as "1 of 289"."""
        self._person.setText(name or _("No one to show"))
        self._person.setToolTip(wrapped_tip(name))
        self._place.setText(place)

    def show_values(self, sources: Sequence[tuple[str, str]], result: str, problem: str = "") -> None:
        """Show names and values of the row's sources, and the result or why there is none."""
        for at, (name, value) in enumerate(self._rows):
            shown = sources[at] if at < len(sources) else None
            name.setVisible(shown is not None)
            value.setVisible(shown is not None)
            if shown is not None:
                name.setText(shown[0])
                name.setToolTip(wrapped_tip(shown[0]))
                value.setText(shown[1] or _("no value"))
                value.setToolTip(wrapped_tip(shown[1]))
                set_ink(value, "text" if shown[1] else "text2")
        rest = sources[len(self._rows) :]
        self._more.setVisible(bool(rest))
        self._more.setText(ngettext("and {n:,} more", "and {n:,} more", len(rest)).format(n=len(rest)))
        pair = _("{attribute}: {value}")
        lines = (pair.format(attribute=name, value=value or _("no value")) for name, value in rest)
        self._more.setToolTip(wrapped_tip("\n".join(lines)))
        self._came_out = result
        self._result.setText(breakable(result) if result else _("No value"))
        set_ink(self._result, "bad" if problem else "text")
        self._result.setToolTip(wrapped_tip(problem))

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(12), px(16), px(12))
        column.setSpacing(px(8))
        head = QHBoxLayout()
        head.addWidget(self._person, 1)
        head.addWidget(self._place)
        column.addLayout(head)
        grid = self._grid
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        for at, (name, value) in enumerate(self._rows):
            grid.addWidget(name, at, 0)
            grid.addWidget(value, at, 1)
        grid.addWidget(self._more, _MOST_SOURCES, 0, 1, 2)
        column.addLayout(grid)
        column.addWidget(line())
        result = self._result_row
        result.setSpacing(0)
        self._heading.setFixedHeight(px(24))  # aligned with the first line of the result
        result.addWidget(self._heading, 0, Qt.AlignmentFlag.AlignTop)
        result.addItem(self._gap)
        result.addWidget(self._result, 1)
        column.addLayout(result)
        column.addStretch(1)
        self.set_narrow(False)
        self.show_values((), "")

    def set_narrow(self, narrow: bool) -> None:
        """Leave more room for the result in a narrow window."""
        self.setFixedWidth(px(240 if narrow else 296))
        gap = px(8) if narrow else px(_NAME_WIDTH + 8) - self._heading.sizeHint().width()
        self._gap.changeSize(gap, 0, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        self._result_row.invalidate()
        self._grid.setColumnMinimumWidth(0, px(80 if narrow else _NAME_WIDTH))


def _combo(name: str, words: str, choices: Sequence[str], width: int) -> ChoiceField:
    made = ChoiceField(name, compact=True)
    made.setAccessibleName(words)
    made.addItems(list(choices))
    made.fit(width, 2 * width)  # words and font may be wider than the design's
    return made


def _named(words: str, control: QWidget) -> QLabel:
    made = QLabel(words)
    made.setBuddy(control)
    set_ink(made, "text2")
    return made
