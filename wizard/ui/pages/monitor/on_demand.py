"""Provision on demand, in the log's place on Monitor: a picker, the change it would make, the five steps as they end."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from wizard import messages
from wizard.messages.translation import N_, _, ngettext, pgettext
from wizard.ui.pages.shared.log_rows import WIDTH, LogDetail, breakable, change_in_words
from wizard.ui.pages.shared.person_picker import PersonPicker, person_choices
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.current import theme
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_property
from wizard.ui.widgets.announcing import announce
from wizard.ui.widgets.buttons import icon_button, secondary
from wizard.ui.widgets.cards import OUTCOMES, Card, CheckRow, CheckState, DetailPane, OpenedPanel, content_column
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.labels import Paragraph, indent, label
from wizard.ui.widgets.search_combo import Choices as PickerChoices

if TYPE_CHECKING:
    from wizard.directory import DirectorySnapshot
    from wizard.flow.runs.on_demand import OneChange, StepResult

STEP_WORDS = {
    "test": N_("Test connection"),
    "import": N_("Read from directory"),
    "scope": N_("Check scope"),
    "match": N_("Match in AWS"),
    "act": N_("Provision"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The people and groups that can be chosen."""

    snapshot: "DirectorySnapshot"
    people: PickerChoices
    """Made on the background thread: there may be 100,000."""
    groups: PickerChoices

    @classmethod
    def of(cls, snapshot: "DirectorySnapshot") -> "Choices":
        """Return all people and groups of a directory."""
        return cls(snapshot, person_choices(snapshot.users).prepared(), person_choices(snapshot.groups).prepared())


class OnDemandPanel(OpenedPanel):
    """Emits `change_asked` with (kind, source id): the page works out the change and passes it to `show_change`. Then
    `provision_asked` with the change and the accepted concerns: the page carries it out. Steps come by `show_step`."""

    change_asked = Signal(str, str)
    provision_asked = Signal(object, object)
    """The OneChange, and the codes of its concerns that were accepted."""
    moved = Signal()
    """Another person or group was chosen: the preview in progress is obsolete."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("onDemand")
        self._choices: Choices | None = None
        self._results: dict[str, StepResult] = {}
        self.switch = SegmentedSwitch(
            "onDemandKind", (("user", _("People")), ("group", _("Groups"))), _("People or groups")
        )
        self.picker = PersonPicker(_("&Provision"))
        self.start = secondary(pgettext("button", "Preview"), "showOneChange", icon="refresh", busy=_("Reading…"))
        self.effect = EffectCard()
        self.draft_note = Paragraph(_("Includes your edits, which are not yet reviewed."), "small", "warn")
        self.draft_note.setObjectName("onDemandDraft")
        self.draft_note.hide()
        self.back = icon_button("cross", _("Back to the log"), "closeOnDemand")
        self.lines: dict[str, StepLine] = {step: StepLine(step) for step in STEP_WORDS}
        """Step -> its row."""
        self.detail = StepDetail()
        self.log_line = LogDetail()
        """The log row that the last step wrote."""
        self._fill()
        self.begin()

    @property
    def kind(self) -> Literal["user", "group"]:
        """The chosen kind."""
        return "group" if self.switch.choice == "group" else "user"

    def set_narrow(self, narrow: bool) -> None:
        """Use less width in a narrow window."""
        for pane in (self.detail, self.log_line):
            pane.setFixedWidth(px(264 if narrow else WIDTH))

    def show_directory(self, found: "Choices") -> None:
        """Offer the people and groups of a directory."""
        self._choices = found
        self.switch.set_count("user", len(found.snapshot.users))
        self.switch.set_count("group", len(found.snapshot.groups))
        self._offer()
        self.picker.box.setFocus()

    def forget(self) -> None:
        """Drop the people of another job."""
        self._choices = None
        self.switch.choose("user")
        for kind in ("user", "group"):
            self.switch.set_count(kind, 0)
        self._offer()

    def choose(self, kind: str, source_id: str) -> bool:
        """Choose this person or group and ask for the change; False = not among them."""
        self.switch.choose("group" if kind == "group" else "user")
        self._offer()
        if not self.picker.choose(source_id):
            return False
        self._ask()
        return True

    def begin(self) -> None:
        """Reset the steps."""
        self._results = {}
        self.effect.hide()
        for line in self.lines.values():
            line.show_state("untried")
            line.setChecked(False)
            line.setEnabled(False)
        self.detail.show_result(None)
        self._show_pane(self.detail)

    def show_reading(self, reading: bool) -> None:
        """Show that the change is being worked out."""
        self.start.set_busy(reading)
        if reading:
            self.lines["test"].show_state("now")

    def show_change(self, change: "OneChange") -> None:
        """Show what would be done, with the button that does it; nothing where nothing is to be done."""
        self.show_reading(False)
        if change.prepared is None:
            return
        self.lines["act"].show_state("untried")
        self.effect.show_change(change)

    def show_running(self, running: bool) -> None:
        """Disable everything while the change is carried out."""
        self.effect.act.set_busy(running)
        for part in (self.switch, self.picker, self.start, self.back, self.effect):
            part.setEnabled(not running)
        if running:
            self.lines["act"].show_state("now")

    def show_step(self, result: "StepResult") -> None:
        """Show a finished step; select it, unless an earlier one has failed."""
        line = self.lines[result.step]
        line.show_state(OUTCOMES[result.outcome], result.title)
        self._results[result.step] = result
        line.setEnabled(True)
        steps = list(self.lines)
        following = steps[steps.index(result.step) + 1 :]
        if following and result.outcome in ("success", "warning"):
            self.lines[following[0]].show_state("now")
        if result.outcome != "skipped" or not any(one.outcome == "failure" for one in self._results.values()):
            self._choose(result.step)

    def _choose(self, step: str, _on: bool = True) -> None:
        for name, line in self.lines.items():
            line.setChecked(name == step)
        result = self._results[step]
        if result.rows:
            worst = next((row for row in result.rows if row.status == "failure"), result.rows[0])
            self.log_line.show_row(worst)
            self._show_pane(self.log_line)
        else:
            self.detail.show_result(result)
            self._show_pane(self.detail)

    def _show_pane(self, pane: QWidget) -> None:
        self.detail.setVisible(pane is self.detail)
        self.log_line.setVisible(pane is self.log_line)

    def _offer(self) -> None:
        found = self._choices
        if found is None:
            self.picker.show_people(())
        elif self.kind == "user":
            self.picker.show_people(found.snapshot.users, found.people)
        else:
            self.picker.show_people(found.snapshot.groups, found.groups)
        self.start.setEnabled(self.picker.person is not None)
        self.begin()

    def _ask(self) -> None:
        person = self.picker.person
        if person is not None:
            self.begin()
            self.show_reading(True)
            self.change_asked.emit(self.kind, person.id)

    def _switched(self) -> None:
        self._offer()
        self._switched_person()

    def _switched_person(self) -> None:
        self.show_reading(False)
        self.begin()
        self.moved.emit()

    def _fill(self) -> None:
        self.picker.next_problem.hide()
        self.switch.chosen.connect(lambda _choice: self._switched())
        self.picker.moved.connect(self._switched_person)
        self.start.clicked.connect(self._ask)
        self.effect.act_asked.connect(self.provision_asked)
        self.back.clicked.connect(self.closed)
        choice, then, row = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()  # two lines where the page is narrow
        for line_of in (choice, then, row):
            line_of.setSpacing(px(8))
        choice.addWidget(self.switch)
        choice.addWidget(self.picker)
        choice.addStretch(0)
        then.addWidget(self.start)
        then.addStretch(1)
        then.addWidget(self.back)
        row.addLayout(choice)
        row.addLayout(then, 1)
        card = Card(padded=False)
        card.column.setContentsMargins(1, px(8), 1, px(8))
        card.column.setSpacing(0)
        for step, line in self.lines.items():
            line.clicked.connect(partial(self._choose, step))
            card.column.addWidget(line)
        card.column.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(px(12))
        both.addWidget(card, 1)
        for pane in (self.detail, self.log_line):
            # Its content must not make the page higher: it scrolls.
            pane.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
            both.addWidget(pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(row)
        column.addWidget(self.draft_note)
        column.addWidget(self.effect)
        column.addLayout(both, 1)
        self.set_narrow(False)


_RESULT_WIDTH = 200
_LINES = 8
"""Changed attributes shown at most; the others are counted."""
_BUTTON_WIDTH = 320


class EffectCard(Card):
    """What provisioning this person or group would change, before and after; concerns to accept; the button that does it."""

    act_asked = Signal(object, object)
    """The OneChange, and the codes of its concerns, all accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("oneChange")
        self._change: OneChange | None = None
        self._boxes: list[QCheckBox] = []
        self._icon = QLabel()
        self._title = Paragraph(kind="section")
        self._title.setObjectName("oneChangeTitle")
        self._content = QWidget()
        self.act = secondary("", "provisionNow", busy=_("Provisioning…"))
        self.act.clicked.connect(self._ask)
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        head.addWidget(self.act, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(head)
        self.column.addWidget(self._content)
        self.hide()

    @property
    def title(self) -> str:
        """What would be done."""
        return self._title.text()

    @property
    def change(self) -> "OneChange | None":
        """The change shown."""
        return self._change

    def show_change(self, change: "OneChange") -> None:
        """Show a change."""
        self._change = change
        tone: Tone = "warn" if change.takes_access or change.concerns else "info"
        set_property(self, "tone", tone)
        set_icon(self._icon, TONE_ICONS[tone], tone)
        self._icon.setAccessibleName(_("Warning") if tone == "warn" else _("Note"))
        self._title.setText(change.title)
        self.act.change_kind("danger" if change.takes_access else "secondary")
        short = self.act.fontMetrics().elidedText(change.verb, Qt.TextElideMode.ElideMiddle, px(_BUTTON_WIDTH))
        self.act.change_text(short.replace("&", "&&"))
        self.act.setAccessibleName(change.verb)
        self.act.setToolTip(wrapped_tip(change.verb if short != change.verb else ""))
        content = self._made_content(change)
        self.column.replaceWidget(self._content, content)
        self._content.hide()
        self._content.deleteLater()
        self._content = content
        self._settle()
        self.setAccessibleName(change.title)
        self.show()
        announce(self, change.title)

    def _made_content(self, change: "OneChange") -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        indent(column)
        column.setSpacing(px(4))
        for shown in change.lines[:_LINES]:
            words = change_in_words(shown.name, shown.before, shown.after)
            column.addWidget(Paragraph(breakable(words), "small"))
        more = len(change.lines) - _LINES
        if more > 0:
            words = ngettext("{n:,} more attribute", "{n:,} more attributes", more).format(n=more)
            column.addWidget(Paragraph(words, "small", "text2"))
        for note in change.notes:
            column.addWidget(Paragraph(breakable(note), "small", "text2"))
        self._boxes = []
        for number, concern in enumerate(change.concerns):
            column.addSpacing(px(4))
            words = _("**{title}** {advice}").format(
                title=messages.title(concern), advice=messages.advice(concern)
            )
            column.addWidget(Paragraph(words))
            box = QCheckBox(messages.accept(concern))
            box.setObjectName(f"acceptOne_{concern.code}" if number else "acceptOne")
            box.setAccessibleDescription(messages.title(concern))
            box.toggled.connect(self._settle)
            self._boxes.append(box)
            column.addWidget(box)
        return content

    def _settle(self) -> None:
        self.act.setEnabled(all(box.isChecked() for box in self._boxes))

    def _ask(self) -> None:
        if self._change is not None:
            codes = frozenset(concern.code for concern in self._change.concerns)
            self.act_asked.emit(self._change, codes)


class StepLine(QAbstractButton):
    """One step, 36 high: mark, name, result."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.detail = ""
        """Result of the step, whole."""
        self.setObjectName(f"onDemandStep.{step}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.row = CheckRow(f"onDemandRow.{step}", _(STEP_WORDS[step]))
        self.row.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(4), 0, px(4))
        column.addWidget(self.row)
        self.show_state("untried")

    @property
    def state(self) -> CheckState:
        """State of the step."""
        return self.row.state

    def show_state(self, state: CheckState, detail: str = "") -> None:
        """Show state and result; a long result is cut, and whole in the tool tip and beside the steps."""
        self.detail = detail
        self.row.show_state(state, detail or (_("not started") if state == "untried" else ""))
        self.setAccessibleName(self.row.accessibleName())
        short = self.fontMetrics().elidedText(detail, Qt.TextElideMode.ElideRight, px(_RESULT_WIDTH))
        if short != detail:
            self.row.show_state(state, short)
        self.setToolTip(detail if short != detail else "")

    def sizeHint(self) -> QSize:
        """36 high."""
        return QSize(px(240), px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the background of a selected, hovered or focused step."""
        t = theme()
        painter = QPainter(self)
        if self.isChecked() or self.underMouse():
            painter.fillRect(self.rect(), QColor(t.sel if self.isChecked() else t.hover))
        painter.end()


class StepDetail(DetailPane):
    """What one step read, found or changed; beside the steps."""

    def __init__(self) -> None:
        text = _("You see every change before it is written.")
        super().__init__("onDemandDetail", "person", _("Select a person or group"), text)
        self.result: StepResult | None = None
        """The result shown."""

    def show_result(self, result: "StepResult | None") -> None:
        """Show the result of a step; None = nothing has run."""
        self.result = result
        if result is None:
            self.show_content(None)
            return
        content, column = content_column(16)
        column.addWidget(label(_(STEP_WORDS[result.step]), "small-medium", "text2"))
        column.addWidget(Paragraph(breakable(result.title), "section"))
        if result.advice:
            column.addWidget(Paragraph(breakable(result.advice), ink="text2"))
        for name, value in result.details:
            column.addWidget(Paragraph(breakable(change_in_words(name, "", value)), "small"))
        column.addStretch(1)
        self.show_content(content)
        words = _("{step}: {result}").format(step=_(STEP_WORDS[result.step]), result=result.title)
        self.setAccessibleName(words)
