"""The AWS console is opened in the region of the endpoint, and in its partition."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from wizard.provisioning.job import TargetChoice
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.aws.page import AwsPage
from wizard.ui.pages.sign_on.page import SignOnPage


@pytest.mark.parametrize(("made", "name"), [(AwsPage, "openConsole"), (SignOnPage, "openAwsConsole")])
@pytest.mark.parametrize(
    ("host", "console"),
    [
        ("scim.eu-central-1.amazonaws.com", "eu-central-1.console.aws.amazon.com"),
        ("scim.cn-north-1.amazonaws.com.cn", "cn-north-1.console.amazonaws.cn"),
    ],
)
def test_the_console_of_the_endpoint_is_opened(
    context: PageContext,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    made: type[WizardPage],
    name: str,
    host: str,
    console: str,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url)))
    url = f"https://{host}/f3vd2aa29dc-223c/scim/v2"
    context.session.draft = replace(context.session.draft, target=TargetChoice(url))
    page = made(context)
    qtbot.addWidget(page)
    button = page.findChild(QAbstractButton, name)
    assert button is not None
    button.click()
    assert [each.host() for each in opened] == [console]
    assert "region=" in opened[0].query()
    assert opened[0].hasFragment() == (made is SignOnPage)
