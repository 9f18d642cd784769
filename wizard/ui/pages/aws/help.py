"""The column beside the AWS form: where the two values stand in the console, and a way to try without them."""

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.aws.endpoint import Endpoint
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat
from wizard.ui.widgets.labels import Paragraph, StepNumber, heading

CONSOLE_URL = "https://console.aws.amazon.com/singlesignon/home"

_STEPS = (
    "Open **IAM Identity Center** (once called AWS SSO) in the Region where it is enabled.",
    "Choose **Settings**, then the tab **Identity source**. The source has to be an **external identity provider**.",
    "Under **Automatic provisioning** choose **Enable**. If it is on already: **Actions**, "
    "**Manage provisioning**; in older consoles **View details**.",
    "Copy the **SCIM endpoint**; that is the tenant URL. Choose **Generate token** and copy the token at once: "
    "AWS shows it a single time.",
)


def console_url(place: object = None) -> str:
    """The console's page of IAM Identity Center, in the region of an endpoint where one is known."""
    if isinstance(place, Endpoint) and place.region:
        if place.region.startswith("cn-"):
            return f"https://{place.region}.console.amazonaws.cn/singlesignon/home?region={place.region}"
        return f"https://{place.region}.console.aws.amazon.com/singlesignon/home?region={place.region}"
    return CONSOLE_URL


def open_console(place: object = None) -> None:
    """Open the console in the person's browser."""
    QDesktopServices.openUrl(QUrl(console_url(place)))


class AwsHelp(QWidget):
    """Where to find tenant URL and token, 248 wide."""

    console_asked = Signal()
    sandbox_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("awsHelp")
        self.setFixedWidth(px(248))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        column.addWidget(heading("Where to find these"))
        for number, text in enumerate(_STEPS, 1):
            row = QHBoxLayout()
            row.setSpacing(px(8))
            row.addWidget(StepNumber(number), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Paragraph(text), 1)
            column.addLayout(row)
        console = flat("Open the AWS console", "openConsole", icon="external")
        console.clicked.connect(self.console_asked)
        column.addWidget(console)
        column.addSpacing(px(8))
        column.addWidget(heading("Nothing at hand yet?"))
        column.addWidget(
            Paragraph("Try everything with an imitation of AWS that lives on this computer.", ink="text2")
        )
        self.sandbox = flat("Use a sandbox on this computer", "useSandbox", icon="bolt")
        self.sandbox.clicked.connect(self.sandbox_asked)
        column.addWidget(self.sandbox)
        column.addStretch(1)
