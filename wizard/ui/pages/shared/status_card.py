"""The card at the top of Monitor: state and buttons on the left, a chart of the last runs on the right, facts below."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpacerItem, QVBoxLayout, QWidget

from wizard.messages.translation import _
from wizard.ui.formats import clock, clock_with_seconds, short_date
from wizard.ui.theme.colors import Ink, Tone
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import TONE_ICONS, set_icon
from wizard.ui.theme.stylesheet import set_ink
from wizard.ui.widgets.buttons import FLAT_PADDING
from wizard.ui.widgets.cards import TONE_WORDS, Card, line
from wizard.ui.widgets.charts.run_chart import RunBar, RunChart
from wizard.ui.widgets.labels import Paragraph, label


class StatusCard(Card):
    """Base of the cards of both engines: they bring their buttons, and the widgets between the text and the buttons."""

    def __init__(self, chart: RunChart, facts: Sequence[tuple[str, str]]) -> None:
        """`facts` are (id, title) pairs; the titles are marked with `N_`."""
        super().__init__(padded=False)
        self.setObjectName("health")
        self._icon = QLabel()
        self._title = Paragraph(kind="health")
        self._title.setObjectName("healthTitle")
        self._text = Paragraph(ink="text2")
        self._text.setObjectName("healthText")
        self.chart = chart
        self._facts: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        self._divider = line(upright=True)
        self._lay_out(facts)

    @property
    def title(self) -> str:
        """Title of the state."""
        return self._title.text()

    def show_state(self, tone: Tone, title: str, text: str) -> None:
        """Show the state in words."""
        set_icon(self._icon, TONE_ICONS[tone], tone, 20)
        self._icon.setAccessibleName(_(TONE_WORDS[tone]))
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def show_bars(self, bars: Sequence[RunBar], chosen: int) -> None:
        """Show the last runs, oldest first; `chosen` is an index, -1 = none."""
        self.chart.setVisible(bool(bars))
        self._divider.setVisible(bool(bars))
        self.chart.show_runs(bars, chosen)

    def show_fact(self, fact: str, words: str, ink: Ink = "text") -> None:
        """Show one of the facts."""
        self._facts[fact].setText(words)
        set_ink(self._facts[fact], ink)

    def title_fact(self, fact: str, title: str) -> None:
        """Give a fact another title."""
        self._titles[fact].setText(title)

    def fact(self, fact: str) -> str:
        """Return the text of a fact."""
        return self._facts[fact].text()

    def add_foot(self, foot: QWidget) -> None:
        """Add a part below the facts, with a line above it that is hidden together with it."""
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        foot.setProperty("lined", True)
        self.column.addWidget(foot)

    def add_part(self, part: QWidget) -> None:
        """Add a part below the text."""
        self._parts.addWidget(part)

    def add_buttons(self, *buttons: QWidget) -> None:
        """Add the buttons, side by side."""
        for button in buttons:
            self._buttons.insertWidget(self._buttons.count() - 1, button)

    def align_buttons(self) -> None:
        """Align a flat button that comes first with the text above; call it after buttons were shown or hidden."""
        items = filter(None, (self._buttons.itemAt(at) for at in range(self._buttons.count())))
        shown = (each for item in items if (each := item.widget()) is not None and not each.isHidden())
        first = next(shown, None)
        is_flat = first is not None and first.property("kind") == "flat"
        self._lead.changeSize(-px(FLAT_PADDING) if is_flat else 0, 0)
        self._buttons.invalidate()

    def _lay_out(self, facts: Sequence[tuple[str, str]]) -> None:
        chart = QVBoxLayout()
        chart.setContentsMargins(px(16), px(12), px(16), px(12))
        chart.addWidget(self.chart, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addLayout(self._words(), 1)
        top.addWidget(self._divider)
        top.addLayout(chart)
        self.column.addLayout(top)
        self.column.addWidget(line())
        row = QHBoxLayout()
        row.setSpacing(0)
        for number, (fact, title) in enumerate(facts):
            if number:
                row.addWidget(line(upright=True))
            row.addWidget(self._fact(fact, _(title)), 1)
        self.column.addLayout(row)

    def _words(self) -> QVBoxLayout:
        self._icon.setFixedSize(px(20), px(24))
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(px(8))
        self._lead = QSpacerItem(0, 0)
        self._buttons.addItem(self._lead)
        self._buttons.addStretch(1)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(px(8))
        column = QVBoxLayout()
        column.setContentsMargins(px(16), px(14), px(16), px(14))
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self._text)
        column.addLayout(self._parts)
        column.addLayout(self._buttons)
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
        self._titles[fact] = label(title, "small", "text2")
        column.addWidget(self._titles[fact])
        column.addWidget(value)
        return made


def bar_labels(started: Sequence[datetime], now: datetime) -> tuple[str, ...]:
    """Return the labels of bars that began at these local times; those of one day are told apart by the time."""
    today = now.date()
    of_day = Counter(moment.date() for moment in started)
    of_minute = Counter((moment.date(), clock(moment)) for moment in started)
    made = []
    for moment in started:
        day = moment.date()
        named = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
        words = named.get(day, short_date(day))
        if of_day[day] > 1:
            alike = of_minute[day, clock(moment)] > 1
            time = clock_with_seconds(moment) if alike else clock(moment)
            words = _("{day}, {time}").format(day=words, time=time)
        made.append(words)
    return tuple(made)
