"""Requests to Microsoft: what Cancel ends, and what it leaves alone."""

import pytest
from anyio import sleep_forever
from pytestqt.qtbot import QtBot

from wizard.errors import Message, WizardError
from wizard.flow.services import Services
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.tasks import Emit, Slot

pytestmark = pytest.mark.usefixtures("app")


async def never(_services: Services, _emit: Emit) -> None:
    await sleep_forever()


def test_cancel_leaves_what_another_page_writes(context: PageContext, qtbot: QtBot) -> None:
    page = WizardPage(context)
    qtbot.addWidget(page)
    reading, writing = EntraRequests(context, page), EntraRequests(context, page)
    refused: list[WizardError] = []
    for requests, slot in ((writing, Slot.SIGN_ON_WRITE), (reading, Slot.ENTRA_READ)):
        requests.run(Message("waiting-for-microsoft"), never, refused.append, slot=slot)
    reading.waiting.cancel.click()
    assert not context.tasks.is_running(Slot.ENTRA_READ)
    assert context.tasks.is_running(Slot.SIGN_ON_WRITE)
    writing.waiting.cancel.click()
    assert not context.tasks.is_running(Slot.SIGN_ON_WRITE)
