"""Parts about Microsoft's service before its setup: left while they wait for an answer."""

from collections.abc import Callable
from typing import Any

import pytest
from anyio import sleep_forever
from pytestqt.qtbot import QtBot

from wizard.ui.page import PageContext
from wizard.ui.pages.shared.microsoft import FromMicrosoft
from wizard.ui.tasks import Slot

pytestmark = pytest.mark.usefixtures("app")


def waiting(asked: list[None]) -> Callable[..., Any]:
    async def wait(*_arguments: object) -> None:
        asked.append(None)
        await sleep_forever()

    return wait


def test_a_test_from_microsoft_can_be_repeated_after_its_page_was_left(
    context: PageContext, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[None] = []
    monkeypatch.setattr("wizard.flow.microsoft.credentials.check_from_both", waiting(asked))
    part = FromMicrosoft(context)
    qtbot.addWidget(part)
    part.show()
    part.button.click()
    qtbot.waitUntil(lambda: bool(asked), timeout=20_000)
    context.tasks.cancel_reads_of(Slot.MICROSOFT_TEST.owner)
    assert not part.button.is_busy
    assert part.button.isEnabled()
