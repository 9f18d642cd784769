"""The health card of Monitor: state and remedy, a chart of the last runs, four facts."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.flow.runs.health import Finding
from wizard.flow.runs.texts import outcome_of
from wizard.ui.formats import clock, clock_with_seconds
from wizard.ui.theme.colors import Tone
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.charts.run_chart import BARS, RunBar, RunChart
from wizard.ui.widgets.labels import Paragraph, label

_ICONS: dict[Tone, str] = {"info": "info", "ok": "check-circle", "warn": "warning", "bad": "alert-circle"}
_REMEDIES = {"token": "key", "preview": "refresh", "retry": "refresh", "fix": "pencil", "lift": "play"}
FACTS = (
    ("people", "People in AWS"),
    ("groups", "Groups in AWS"),
    ("foreign", "Other people in AWS"),
    ("token", "Access token"),
)


class HealthCard(Card):
    """Health on the left, chart on the right, facts below."""

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("health")
        self._icon = QLabel()
        self._title = Paragraph(kind="health")
        self._title.setObjectName("healthTitle")
        self._text = Paragraph(ink="text2")
        self._text.setObjectName("healthText")
        self.remedy = secondary("", "remedy", icon="refresh")
        """The one action that is offered; `Health.remedy` says which."""
        self.everyone = secondary("Continue with everyone", "goOnWithEveryone", icon="people")
        self.retry = flat("", "retryFailed", size="normal")
        """Beside a fix: retries those whom it does not concern."""
        self.causes = flat("Show causes", "showCauses", size="normal")
        self.chart = RunChart("runChart")
        self._facts: dict[str, QLabel] = {}
        self._fill()

    @property
    def title(self) -> str:
        """Title of the health."""
        return self._title.text()

    def show_health(self, health: Finding, widen: str) -> None:
        """Show the health; `widen` is the text of the button that continues with everyone, "" = no button."""
        set_icon(self._icon, _ICONS[health.tone], health.tone, 20)
        self._icon.setAccessibleName(health.tone)
        self._title.setText(health.title)
        self._text.setText(health.text)
        self.remedy.setVisible(bool(health.remedy))
        self.remedy.change_text(health.verb)
        self.remedy.change_icon(_REMEDIES.get(health.remedy, ""))
        self.retry.setVisible(bool(health.retry))
        self.retry.change_text(health.retry)
        self.causes.setVisible(health.failed > 0)
        self.everyone.setVisible(bool(widen))
        self.everyone.change_text(widen)
        self.setAccessibleName(health.title)
        self.setAccessibleDescription(health.text)

    def show_bars(self, bars: Sequence[RunBar], chosen: int) -> None:
        """Show the last runs, oldest first; `chosen` is an index, -1 = none."""
        self.chart.setVisible(bool(bars))
        self._divider.setVisible(bool(bars))
        self.chart.show_runs(bars, chosen)

    def show_fact(self, fact: str, words: str) -> None:
        """Show one of `FACTS`."""
        self._facts[fact].setText(words)

    def fact(self, fact: str) -> str:
        """Return the text of a fact."""
        return self._facts[fact].text()

    def add_foot(self, foot: QWidget) -> None:
        """Add a line below the facts."""
        self.column.addWidget(line())
        self.column.addWidget(foot)

    def _fill(self) -> None:
        self._divider = line(upright=True)
        chart = QVBoxLayout()
        chart.setContentsMargins(px(16), px(12), px(16), px(12))
        chart.addWidget(self.chart)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addLayout(self._words(), 1)
        top.addWidget(self._divider)
        top.addLayout(chart)
        self.column.addLayout(top)
        self.column.addWidget(line())
        facts = QHBoxLayout()
        facts.setSpacing(0)
        for number, (fact, title) in enumerate(FACTS):
            if number:
                facts.addWidget(line(upright=True))
            facts.addWidget(self._fact(fact, title), 1)
        self.column.addLayout(facts)

    def _words(self) -> QVBoxLayout:
        self._icon.setFixedSize(px(20), px(24))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        for button in (self.remedy, self.retry, self.everyone, self.causes):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(px(16), px(14), px(16), px(14))
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self._text)
        column.addLayout(buttons)
        column.addStretch(1)
        return column

    def _fact(self, fact: str, title: str) -> QWidget:
        made = QWidget()
        value = label("", "medium")
        value.setObjectName(f"fact.{fact}")
        self._facts[fact] = value
        column = QVBoxLayout(made)
        column.setContentsMargins(px(16), px(8), px(16), px(10))
        column.setSpacing(px(2))
        column.addWidget(label(title, "small", "text2"))
        column.addWidget(value)
        return made


def bars_of(runs: Sequence[object], now: Callable[[], datetime] = datetime.now) -> tuple[RunBar, ...]:
    """Return the bars of the newest runs, oldest first; `runs` is newest first."""
    today = now().date()
    shown = tuple(reversed(tuple(runs)[:BARS]))
    started = [datetime.fromisoformat(run.started).astimezone() for run in shown]  # type: ignore[attr-defined]
    of_day = Counter(moment.date() for moment in started)
    of_minute = Counter((moment.date(), clock(moment)) for moment in started)
    made = []
    for run, moment in zip(shown, started, strict=True):
        day = moment.date()
        words = {today: "Today", today - timedelta(days=1): "Yesterday"}.get(day, f"{day.day} {day:%b}")
        if of_day[day] > 1:  # told apart by the time, down to the second where needed
            alike = of_minute[day, clock(moment)] > 1
            words = f"{words}, {clock_with_seconds(moment) if alike else clock(moment)}"
        made.append(RunBar(words, *outcome_of(run.counts)))  # type: ignore[attr-defined]
    return tuple(made)
