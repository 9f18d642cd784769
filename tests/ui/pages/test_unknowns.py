"""The list of unknown facts at the end of a page."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.audit import audit
from wizard.provisioning.job import SignOnChoice
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.unknowns import Unknowns

pytestmark = pytest.mark.usefixtures("app")


class SignOn(WizardPage):
    step_id = "sign-on"


class Plan(WizardPage):
    step_id = "plan"


def test_it_is_folded_follows_edits_and_belongs_to_the_page_shown(context: PageContext, qtbot: QtBot) -> None:
    unknowns, page, plan = Unknowns(context), SignOn(context), Plan(context)
    for each in (page, plan):
        qtbot.addWidget(each)
        each.resize(700, 500)
    page.show()
    draft = context.session.draft
    context.session.draft = replace(draft, sign_on=SignOnChoice("i", ("a", "b")))
    unknowns.follow(page)
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=10_000)
    assert page.unknowns.codes == ("unknown-reply-url",)
    assert page.unknowns.isVisible()
    entry = page.unknowns.findChild(QWidget, "unknown.unknown-reply-url")
    assert entry is not None
    assert not entry.isVisible()
    page.unknowns.more.click()
    assert entry.isVisible()
    assert audit(page) == []
    context.session.draft = replace(draft, sign_on=SignOnChoice("i", ("a",)))
    unknowns.refresh()
    assert page.unknowns.isHidden()
    unknowns.follow(page)
    unknowns.follow(plan)
    qtbot.waitUntil(lambda: context.tasks.is_idle, timeout=10_000)
    assert plan.unknowns.isHidden()
