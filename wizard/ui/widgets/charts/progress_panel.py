"""How a run goes: its phases, done of total, what AWS lets through, and one count for each outcome."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _
from wizard.ui.formats import grouped, percent
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import px, set_type
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.labels import LineLabel, label

PHASES = (
    ("read", N_("Read")),
    ("compare", N_("Compare")),
    ("write", N_("Write to AWS")),
    ("report", N_("Report")),
)

_STATES: dict[str, tuple[str, Ink, str]] = {
    "done": ("check", "ok", N_("done")),
    "now": ("dot", "link", N_("in progress")),
    "ahead": ("ring", "text3", N_("not started")),
    "skipped": ("skip", "text3", N_("not needed")),
}


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything the panel shows of a run, in numbers and words that are ready to show."""

    done: int = 0
    total: int = 0
    """0 while nobody knows."""
    of: str = ""
    """"of 1,234 changes"."""
    left: str = ""
    """"About 1 min 20 s left"; "" while nobody knows."""
    kinds: tuple[tuple[str, int, int], ...] = ()
    """(People, done, total) of each kind."""
    rate: str = ""
    """"18 per second"."""
    note: str = ""
    """"AWS asked to slow down 23 times; the wizard keeps to its pace."."""
    times: str = ""
    """"Started 14:31:07, running 2 min 38 s"."""


class PhaseRow(QWidget):
    """Phases side by side: done, now, ahead."""

    def __init__(
        self, name: str, phases: Sequence[tuple[str, str]] = PHASES, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._labels: dict[str, tuple[QLabel, QLabel]] = {}
        self.states: dict[str, str] = {}
        """Phase -> done, now, ahead or skipped."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(8))
        for phase, text in phases:
            mark, words = QLabel(), label(_(text), ink="text2")
            row.addWidget(mark)
            row.addWidget(words, 1)
            self._labels[phase] = (mark, words)
        self.show_phase("", ())

    def show_phase(self, now: str, done: Collection[str], skipped: Collection[str] = ()) -> None:
        """Say which phase is under way ("" = none), which are over, and which had nothing to do."""
        told = []
        for phase, (mark, words) in self._labels.items():
            state = "done" if phase in done else "now" if phase == now else "ahead"
            state = "skipped" if phase in skipped else state
            self.states[phase] = state
            icon, ink, said = _STATES[state]
            set_icon(mark, icon, ink)
            set_type(words, "medium" if state == "now" else "body")
            set_ink(words, "text" if state == "now" else "text2")
            told.append(_("{name}: {text}").format(name=words.text(), text=_(said)))
        self.setAccessibleName(comma_list(told))


class ProgressPanel(Card):
    """The card at the top of the Run page; `bar` bears the object name that scripts look for."""

    def __init__(self, name: str, counts: Sequence[Count], words: str, parent: QWidget | None = None) -> None:
        """`name` is the bar's object name; `counts` the outcomes, `words` their accessible name."""
        super().__init__(padded=False, parent=parent)
        self.setObjectName(f"{name}Panel")
        self.phases = PhaseRow(f"{name}Phases")
        self.bar = QProgressBar()
        self.bar.setObjectName(name)
        self.bar.setTextVisible(False)
        self.strip = CountStrip(f"{name}Counts", counts, words, framed=False)
        self._done = LineLabel("strip")
        self._of = LineLabel(ink="text2")
        self._left = LineLabel("medium")
        self._kinds = LineLabel("small", "text2", Qt.TextFormat.RichText)
        self._rate = LineLabel("small", "text2")
        self._note = LineLabel("small", "text2")
        self._times = LineLabel("small", "text2")
        self._lay_out()
        self.show_run(RunView())

    def show_run(self, view: RunView) -> None:
        """Show the state of a run."""
        done, of = grouped(view.done), view.of
        kinds = (
            _("{kind} <b>{done:,}</b> of {total:,}").format(kind=escape(name), done=done, total=total)
            for name, done, total in view.kinds
        )
        for words, text in (
            (self._done, done),
            (self._of, of),
            (self._left, view.left),
            (self._kinds, "&nbsp;&nbsp;&nbsp;&nbsp;".join(kinds)),
            (self._rate, view.rate),
            (self._note, view.note),
            (self._times, view.times),
        ):
            words.setText(text)
        for words, text in ((self._note, view.note), (self._times, view.times)):
            words.setVisible(bool(text))
        self.bar.setRange(0, max(1, view.total))
        self.bar.setValue(min(view.done, view.total))
        share = percent(100 * view.done // view.total) if view.total else ""
        self.bar.setAccessibleName(_("Progress"))
        self.bar.setAccessibleDescription(comma_list([part for part in (share, done, of, view.left) if part]))
        self._kinds.setAccessibleName(
            comma_list(
                [
                    _("{kind} {done:,} of {total:,}").format(kind=name, done=done, total=total)
                    for name, done, total in view.kinds
                ]
            )
        )

    def _lay_out(self) -> None:
        inside = QVBoxLayout()
        inside.setContentsMargins(px(16), px(16), px(16), px(12))
        inside.setSpacing(px(4))
        inside.addWidget(self.phases)
        inside.addSpacing(px(8))
        inside.addLayout(_row(self._done, self._of, None, self._left))
        inside.addSpacing(px(2))
        inside.addWidget(self.bar)
        inside.addSpacing(px(2))
        inside.addLayout(_row(self._kinds, None, self._rate))
        inside.addLayout(_row(self._note, None, self._times))
        self.column.addLayout(inside)
        self.column.addWidget(line())
        self.column.addWidget(self.strip)


def _row(*parts: QWidget | None) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(px(8))
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)
    return row
