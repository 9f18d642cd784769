"""Monitor for Microsoft's service: what it shows while the service cannot be read."""

from dataclasses import replace

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.entra_provisioning.status import JobStatus
from wizard.errors import Message
from wizard.flow.microsoft.models import EngineStatus
from wizard.flow.runs.health import token_life
from wizard.flow.steps.session import new_draft
from wizard.provisioning.job import TargetChoice
from wizard.storage.health.attempts import AttemptStore, MicrosoftState
from wizard.ui.page import PageContext
from wizard.ui.pages.microsoft.watch import ServicePage


def test_the_last_known_state_is_shown_and_marked_as_old(context: PageContext, qtbot: QtBot) -> None:
    draft = replace(new_draft(), name="Staff", engine="entra", target=TargetChoice(token_made_on="2026-01-02"))
    context.session.draft = draft
    page = ServicePage(context)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=20_000)
    assert "state" in page._messages, "it cannot be read: there is no application"
    assert not page.card.isVisible(), "nothing is known"

    seen = MicrosoftState(
        "2026-11-03T10:00:00+00:00",
        "bad",
        Message("entra-cycle-overdue", hours=9).as_json(),
        "2026-11-02T09:00:00+00:00",
    )
    AttemptStore(context.tasks.services().home, draft.id).saw_microsoft(seen)
    page.read()
    qtbot.waitUntil(page.card.isVisible, timeout=20_000)
    assert page.card.fact("last") != page.card.fact("next")
    offered = [one.objectName() for one in page.card.findChildren(QPushButton) if one.isVisible()]
    assert offered == []
    assert not page.restart.isEnabled()
    assert "state" in page._messages
    assert audit(page) == []
    context.session.draft = replace(new_draft(), name="Other", engine="entra")
    page.enter()
    assert not page.card.isVisible(), "that of another job"


def test_failures_lead_to_their_entries(context: PageContext, qtbot: QtBot) -> None:
    context.session.draft = replace(new_draft(), name="Staff", engine="entra")
    page = ServicePage(context)
    qtbot.addWidget(page)
    page.show()
    life = token_life(context.session.draft)

    def show(failed: int) -> None:
        state = JobStatus("warn", Message("entra-some-failed", failed=failed), failed=failed)
        page.card.show_status(EngineStatus(state, "job", "AWS", "", (), ()), 5, life)

    show(0)
    assert page.card.causes.isHidden()
    show(7)
    assert not page.card.causes.isHidden()
    page.card.causes.click()
    assert page.log.switch.choice == "failed"
