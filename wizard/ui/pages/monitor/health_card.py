"""The health card of Monitor: state and remedy, a chart of the last runs, four facts."""

from collections.abc import Callable, Sequence
from datetime import datetime

from wizard.flow.runs.health import Finding
from wizard.flow.runs.texts import outcome_of
from wizard.messages.translation import N_, _
from wizard.ui.pages.shared.status_card import StatusCard, bar_labels
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.charts.run_chart import BARS, RunBar, RunChart

_REMEDIES = {
    "token": "key",
    "first-token": "check",
    "preview": "refresh",
    "retry": "refresh",
    "fix": "pencil",
    "sign-on": "key",
    "lift": "play",
}
FACTS = (
    ("people", N_("Provisioned people")),
    ("groups", N_("Provisioned groups")),
    ("foreign", N_("Others in AWS")),
    ("token", N_("Access token")),
)


class HealthCard(StatusCard):
    """Health on the left, chart on the right, facts below."""

    def __init__(self) -> None:
        super().__init__(RunChart("runChart"), FACTS)
        self.code = ""
        """Code of the finding shown."""
        self.remedy = secondary("", "remedy", icon="refresh")
        """The one action that is offered; `Health.remedy` says which."""
        self.everyone = secondary(_("Provision everyone"), "goOnWithEveryone", icon="people")
        self.retry = flat("", "retryFailed", size="normal")
        """Beside a fix: retries the other failures."""
        self.causes = flat(_("Show causes"), "showCauses", size="normal")
        self.add_buttons(self.remedy, self.retry, self.everyone, self.causes)

    def show_health(self, health: Finding, widen: str) -> None:
        """Show the health; `widen` is the text of the button that continues with everyone, "" = no button."""
        self.code = health.code
        self.show_state(health.tone, health.title, health.text)
        self.remedy.setVisible(bool(health.remedy))
        self.remedy.change_text(health.verb)
        self.remedy.change_icon(_REMEDIES.get(health.remedy, ""))
        self.retry.setVisible(bool(health.retry))
        self.retry.change_text(health.retry)
        self.causes.setVisible(health.failed > 0)
        self.everyone.setVisible(bool(widen))
        self.everyone.change_text(widen)


def bars_of(runs: Sequence[object], now: Callable[[], datetime] = datetime.now) -> tuple[RunBar, ...]:
    """Return the bars of the newest runs, oldest first; `runs` is newest first."""
    shown = tuple(reversed(tuple(runs)[:BARS]))
    started = [datetime.fromisoformat(run.started).astimezone() for run in shown]  # type: ignore[attr-defined]
    labels = bar_labels(started, now())
    return tuple(
        RunBar(words, *outcome_of(run.counts))  # type: ignore[attr-defined]
        for run, words in zip(shown, labels, strict=True)
    )
