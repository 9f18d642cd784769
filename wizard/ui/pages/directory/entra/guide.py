"""How to register the application to sign in with, with every value to copy."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from wizard.flow.directory.entra_models import READ_PERMISSIONS, REDIRECT_URI
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, icon_button
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.labels import LineLabel, Paragraph, StepNumber, heading

PORTAL = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
_STEPS = (
    ("In the Entra admin center open **App registrations** and choose **New registration**. Give it a name, and "
     "**Accounts in this organizational directory only**.", "Identity Center Wizard", "the name"),
    ("Under **Authentication**, **Add a platform**, choose **Mobile and desktop applications** and enter this "
     "redirect URI. For codes set **Allow public client flows** to **Yes**.", REDIRECT_URI, "the redirect URI"),
    ("Under **API permissions** add these of **Microsoft Graph**: **delegated** ones for a person who signs in, "
     "**application** ones for a client secret or a certificate.", ", ".join(READ_PERMISSIONS), "the permissions"),
    ("An administrator chooses **Grant admin consent** there, or opens this address.", "", "the consent address"),
    ("Copy **Application (client) ID** and **Directory (tenant) ID** from the page **Overview** into the fields "
     "below.", "", ""),
)  # fmt: skip


class RegistrationGuide(Card):
    """The five steps of an app registration."""

    open_asked = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraGuideCard")
        self._consent = _Value("", "the consent address")
        portal = flat("Open the Entra admin center", "entraPortal", icon="external")
        portal.clicked.connect(lambda: self.open_asked.emit(PORTAL))
        close = flat("Close", "entraGuideClose")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(heading("Register the application, once for a tenant"), 1)
        head.addWidget(portal)
        head.addWidget(close)
        self.column.setSpacing(px(10))
        self.column.addLayout(head)
        for number, (text, value, words) in enumerate(_STEPS, 1):
            row = QHBoxLayout()
            row.setSpacing(px(8))
            row.addWidget(StepNumber(number), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Paragraph(text), 1)
            self.column.addLayout(row)
            if words:
                self.column.addWidget(_Value(value, words) if value else self._consent)
        self.show_consent("")

    def show_consent(self, address: str) -> None:
        """Show the address for the administrator's consent; "" = tenant or application is missing."""
        self._consent.show_value(
            address or "Enter tenant and application (client) id below to see it", bool(address)
        )


class _Value(QWidget):
    """A value in code font with a Copy button."""

    def __init__(self, value: str, words: str) -> None:
        super().__init__()
        self._value = LineLabel("code", elide=True)
        self._copy = icon_button("copy", f"Copy {words}", f"copy.{words.replace(' ', '')}")
        self._copy.clicked.connect(lambda: QApplication.clipboard().setText(self._value.text()))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(28), 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self._copy)
        row.addWidget(self._value, 1)
        self.show_value(value)

    def show_value(self, value: str, copied: bool = True) -> None:
        """Show a value; with `copied` False it is a remark without Copy."""
        self._value.setText(value)
        self._copy.setVisible(copied)
