"""The Basic view of the mapping: frequently used attributes with friendly names and a searchable source each."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from wizard.flow.mapping.attributes import TableKind, source_text
from wizard.flow.mapping.expressions import expression_words
from wizard.mapping.attribute_mapping import MappingKind
from wizard.messages.attribute_names import friendly_name
from wizard.messages.translation import _
from wizard.provisioning.change import short_name
from wizard.ui.pages.attributes.table import ShownRow
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink, set_property
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.labels import LineLabel, label
from wizard.ui.widgets.search_combo import Choice, Choices, SearchCombo, attribute_choices

BASIC_TARGETS = (
    "userName",
    'emails[type eq "work"].value',
    "name.givenName",
    "name.familyName",
    "displayName",
    "title",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
)
"""The rows for people, in their order; of groups every row is shown."""
NOTHING, IN_EDITOR = "\x00nothing", "\x00editor"
"""Values of the two entries that are no attribute."""
_NAME, _WIDEST_NAME, _SOURCE, _NARROW_SOURCE, _LEAST_SOURCE, _ROW = 216, 296, 304, 248, 168, 44
_TYPES = {"emails": "emails, work", "phoneNumbers": "phoneNumbers, work"}


def basic_rows(rows: Sequence[ShownRow], kind: TableKind) -> tuple[ShownRow, ...]:
    """Return the rows of the Basic view, without a second one of a target."""
    first = {shown.target: shown for shown in rows if not shown.nth}
    wanted = BASIC_TARGETS if kind == "users" else tuple(first)
    return tuple(first[target] for target in wanted if target in first)


class BasicMappings(Card):
    """A heading and a row per attribute: names and mark, source, value of the person shown."""

    source_chosen = Signal(object, str)
    """The ShownRow, and the attribute that was chosen for it; `NOTHING` = not provisioned."""
    editor_asked = Signal(str)
    """Key of the row to open among all attributes."""

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("basicMappings")
        self.setAccessibleName(_("Basic attributes"))
        self._rows: dict[str, _BasicRow] = {}
        self._choices: tuple[tuple[str, ...], dict[tuple[bool, bool], Choices]] = ((), {})
        self._value_heading = label(_("Value"), "small-medium", "text2")
        self._body = QVBoxLayout()
        self._body.setSpacing(0)
        self._head_name = label(_("AWS attribute"), "small-medium", "text2")
        self._head_source = label(_("Source"), "small-medium", "text2")
        self._fill()

    def show_sources(self, names: Sequence[str]) -> None:
        """Set the attributes of the directory."""
        if tuple(names) != self._choices[0]:
            self._choices = tuple(names), {}

    def show_rows(self, rows: Sequence[ShownRow], kind: TableKind, heading: str) -> None:
        """Show these rows; `heading` is that of the values, a person's name. Text that is being typed stays."""
        self._value_heading.setText(heading)
        if [shown.key for shown in rows] != list(self._rows):
            self._make_rows(rows)
        for shown in rows:
            is_members = shown.target == "members"
            self._rows[shown.key].show_row(
                shown, kind, self._choices_for(shown.row.attribute.required, is_members)
            )
        self._share()

    def row(self, key: str) -> "_BasicRow | None":
        """Return the row of a target, or None."""
        return self._rows.get(key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use less width for the sources in a narrow window."""
        super().resizeEvent(event)
        self._share()

    def minimumSizeHint(self) -> QSize:
        """Return the width of names and the narrowest sources."""
        return QSize(px(_NAME + _LEAST_SOURCE + 24), super().minimumSizeHint().height())

    def _share(self) -> None:
        longest = max((row.name_width() for row in self._rows.values()), default=0) + px(24)
        spare = self.width() - px(_NARROW_SOURCE) * 2  # longer names and marks of a language take what is left
        name = max(px(_NAME), min(longest, px(_WIDEST_NAME), spare))
        room = self.width() - name
        width = min(px(_SOURCE), max(px(_LEAST_SOURCE), room // 2))
        self._head_source.setFixedWidth(width - px(8))
        self._head_name.setFixedWidth(name - px(8))
        for row in self._rows.values():
            row.source.setFixedWidth(width - px(16))
            row.names.setFixedWidth(name - px(8))
            row.place()

    def _choices_for(self, required: bool, members: bool) -> Choices:
        made = self._choices[1]
        if (required, members) not in made:
            found = [Choice("members", _("Members"))] if members else list(attribute_choices(self._choices[0]).all)
            if not required:
                found.append(Choice(NOTHING, _("Not provisioned")))
            if not members:
                found.append(Choice(IN_EDITOR, _("Constant or expression…")))
            made[required, members] = Choices(found)
        return made[required, members]

    def _make_rows(self, rows: Sequence[ShownRow]) -> None:
        for old in self._rows.values():
            self._body.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = {}
        for at, shown in enumerate(rows):
            row = _BasicRow(shown, last=at == len(rows) - 1)
            row.chosen.connect(self._chosen)
            self._rows[shown.key] = row
            self._body.addWidget(row)

    def _chosen(self, shown: ShownRow, value: str) -> None:
        if value == IN_EDITOR:
            self.editor_asked.emit(shown.key)
        else:
            self.source_chosen.emit(shown, value)

    def _fill(self) -> None:
        heading = QWidget()
        heading.setFixedHeight(px(31))
        row = QHBoxLayout(heading)
        row.setContentsMargins(px(12), 0, px(12), 0)
        row.setSpacing(px(8))
        for part in (self._head_name, self._head_source):
            row.addWidget(part)
        row.addWidget(self._value_heading, 1)
        self.column.addWidget(heading)
        self.column.addWidget(line())
        self.column.addLayout(self._body)
        self.column.addStretch(1)


class _BasicRow(QWidget):
    """One attribute."""

    chosen = Signal(object, str)

    def __init__(self, shown: ShownRow, *, last: bool) -> None:
        super().__init__()
        self._shown = shown
        self.setFixedHeight(px(_ROW))
        name = friendly_name(shown.target)
        raw = short_name(shown.target)
        self.source = SearchCombo(
            f"source.{shown.key}", _("Source of {attribute}").format(attribute=name), free=True
        )
        self.mark = LineLabel("small-medium")
        self._mark_icon = QLabel()
        self.names = QWidget()
        """The attribute's two names and its mark."""
        self._friendly = LineLabel("medium", elide=True)
        self.value = LineLabel(elide=True)
        self.was = LineLabel("small", "text2", elide=True)
        self.source.chosen.connect(self._chose)
        self._lay_out(name, _TYPES.get(raw, raw), last)

    def place(self) -> None:
        """Lay the row out now: painted before, the value would be shown over the source."""
        layout = self.layout()
        if layout is not None:
            layout.activate()

    def name_width(self) -> int:
        """Return the width of the friendly name and its mark, in pixels."""
        mark = self.mark.sizeHint().width() + px(6) if self.mark.text() else 0
        icon = px(14 + 6) if self._mark_icon.isVisibleTo(self) else 0
        return self._friendly.sizeHint().width() + mark + icon

    def show_row(self, shown: ShownRow, kind: TableKind, choices: Choices) -> None:
        """Show mark, source and value."""
        self._shown = shown
        self.source.set_choices(choices)
        self._show_source(shown)
        mark = shown.mark(kind)
        self.mark.setText(mark.text if mark else "")
        set_ink(self.mark, mark.ink if mark else "text2")
        set_icon(self._mark_icon, mark.icon if mark else "", mark.ink if mark else "text2", 14)
        self._mark_icon.setVisible(bool(mark and mark.icon))
        set_property(self.source, "wrong", bool(shown.row.problem))
        tip = shown.problem or shown.remark
        self.mark.setToolTip(wrapped_tip(tip))
        self.source.setAccessibleDescription(tip or self.source.accessibleDescription())
        self._show_value(shown)

    def _show_source(self, shown: ShownRow) -> None:
        mapping = shown.mapping
        if mapping.kind is MappingKind.ATTRIBUTE:
            self.source.show_value(mapping.source)
        elif mapping.kind is MappingKind.NONE:
            self.source.show_value(NOTHING, Choice(NOTHING, _("Not provisioned")))
        else:
            function = mapping.kind is MappingKind.FUNCTION
            words = expression_words(mapping.source) if function else source_text(mapping)
            other = Choice(IN_EDITOR, words or mapping.source)
            self.source.show_value(f"{IN_EDITOR}{mapping.source}", other, "bolt" if function else "pencil")

    def _show_value(self, shown: ShownRow) -> None:
        text = shown.live.text or (_("no value") if shown.live.problem else "")
        self.value.setText(text)
        self.value.setToolTip(wrapped_tip(shown.live.problem or text))
        set_ink(self.value, "bad" if shown.live.problem else "text")
        before = ""
        if shown.before is not None and shown.before.text == shown.live.text:
            before = _("Unchanged")
        elif shown.before is not None:
            before = _("Before: {value}").format(value=shown.before.text or _("no value"))
        self.was.setText(before)
        self.was.setVisible(bool(before))

    def _chose(self, value: str) -> None:
        if value == IN_EDITOR:  # the source stays as it is until it is edited there
            self._show_source(self._shown)
        self.chosen.emit(self._shown, value)

    def _lay_out(self, name: str, raw: str, last: bool) -> None:
        first = QHBoxLayout()
        first.setSpacing(px(6))
        self._friendly.setText(name)
        first.addWidget(self._friendly, 1)
        first.addWidget(self._mark_icon)
        first.addWidget(self.mark)
        below = LineLabel("small", "text2", elide=True)
        below.setText(raw)
        names = QVBoxLayout(self.names)
        names.setContentsMargins(0, px(4), px(8), px(4))
        names.setSpacing(0)
        names.addLayout(first)
        names.addWidget(below)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addStretch(1)
        right.addWidget(self.value)
        right.addWidget(self.was)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(px(12), 0, px(12), 0)
        row.setSpacing(px(8))
        row.addWidget(self.names)
        row.addWidget(self.source, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(px(8))
        row.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        if not last:
            column.addWidget(line())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
