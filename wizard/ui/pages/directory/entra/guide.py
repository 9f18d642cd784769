"""Instructions for the app registration to sign in with, with every value to copy."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from wizard.flow.directory.entra_models import READ_PERMISSIONS, REDIRECT_URI
from wizard.messages.translation import N_, _
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, icon_button
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.labels import LineLabel, Paragraph, StepNumber, heading

PORTAL = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
_STEPS = (
    N_(
        "In the Entra admin center, open **App registrations** and choose **New registration**. Enter a name and select "
        "**Accounts in this organizational directory only**."
    ),
    N_(
        "Under **Authentication**, choose **Add a platform**, **Mobile and desktop applications**, and enter this "
        "redirect URI. To sign in with device codes, set **Allow public client flows** to **Yes**."
    ),
    N_(
        "Under **API permissions**, add these **Microsoft Graph** permissions: **Delegated** to sign in as a user, "
        "**Application** to use a client secret or certificate."
    ),
    N_("Ask an administrator to choose **Grant admin consent** there, or to open this link."),
    N_("Copy **Application (client) ID** and **Directory (tenant) ID** from **Overview** into the fields below."),
)


class RegistrationGuide(Card):
    """The five steps of an app registration."""

    open_asked = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraGuideCard")
        self._consent = _Value("", _("Copy the consent link"), "copy.consentLink")
        values: tuple[_Value | None, ...] = (
            _Value("Identity Center Wizard", _("Copy the name"), "copy.name"),
            _Value(REDIRECT_URI, _("Copy the redirect URI"), "copy.redirectUri"),
            _Value(", ".join(READ_PERMISSIONS), _("Copy the permissions"), "copy.permissions"),
            self._consent,
            None,
        )
        portal = flat(_("Open Entra admin center"), "entraPortal", icon="external")
        portal.clicked.connect(lambda: self.open_asked.emit(PORTAL))
        close = flat(_("Close"), "entraGuideClose")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(heading(_("Register an app in your tenant")), 1)
        head.addWidget(portal)
        head.addWidget(close)
        self.column.setSpacing(px(10))
        self.column.addLayout(head)
        for number, (text, value) in enumerate(zip(_STEPS, values, strict=True), 1):
            row = QHBoxLayout()
            row.setSpacing(px(8))
            row.addWidget(StepNumber(number), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Paragraph(_(text)), 1)
            self.column.addLayout(row)
            if value is not None:
                self.column.addWidget(value)
        self.show_consent("")

    def show_consent(self, address: str) -> None:
        """Show the link for the administrator's consent; "" = tenant or application is missing."""
        text = address or _("Enter the tenant and the application (client) ID below to get the link")
        self._consent.show_value(text, bool(address))


class _Value(QWidget):
    """A value in code font with a Copy button."""

    def __init__(self, value: str, copy: str, name: str) -> None:
        """copy: text of the button; name: its object name."""
        super().__init__()
        self._value = LineLabel("code", elide=True)
        self._copy = icon_button("copy", copy, name)
        self._copy.clicked.connect(lambda: QApplication.clipboard().setText(self._value.text()))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(28), 0, 0, 0)
        row.setSpacing(px(8))
        row.addWidget(self._copy)
        row.addWidget(self._value, 1)
        self.show_value(value)

    def show_value(self, value: str, copied: bool = True) -> None:
        """Show a value; copied False = a remark without a Copy button."""
        self._value.setText(value)
        self._copy.setVisible(copied)
