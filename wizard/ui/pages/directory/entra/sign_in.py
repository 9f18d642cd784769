"""The sign-in form (tenant, application, method), and the card of who is signed in."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.flow.directory.entra_models import (
    CLOUD_TITLES,
    GRAPH_COMMAND_LINE,
    READ_PERMISSIONS,
    SANDBOX,
    SignedIn,
)
from wizard.flow.jobs.summary import tenant_in_words
from wizard.provisioning.job import EntraChoice
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.fields import LabelledField, PasswordField, TextField
from wizard.ui.widgets.files import FileField
from wizard.ui.widgets.labels import Paragraph, label

WAYS = (
    ("browser", "In the browser of this computer"),
    ("device-code", "With a code, in a browser anywhere"),
    ("secret", "As an application, with a client secret"),
    ("certificate", "As an application, with a certificate"),
)
_WAY_HINTS = {
    "browser": "You sign in at Microsoft; the wizard never sees your password.",
    "device-code": "For a computer without a browser. Some tenants block it.",
    "secret": "For unattended runs. The secret is stored in your system keyring.",
    "certificate": "For unattended runs. The file stays where it is; its passphrase is stored in your system keyring.",
}
_SECRET_WORDS = {"secret": "Client &secret", "certificate": "Pass&phrase of its key"}
_KEPT = {
    "keyring": "stored in your system keyring",
    "session": "for this session only, until you close the program",
    "environment": "from the environment variable IDENTITY_CENTER_WIZARD_ENTRA_SECRET",
}
_NO_BROWSER_HINT = "No browser was found on this computer. Sign in with a code instead."
_TYPING_MILLISECONDS = 400
_DOTS = "•" * 24


class SignInForm(QWidget):
    """Tenant, application, method, and the credential of an application."""

    answered = Signal(object)
    """The changed EntraChoice."""
    asked = Signal()
    """Sign in with the answers given."""
    guide_asked = Signal()
    sandbox_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._choice = EntraChoice()
        self._showing = False
        self._has_browser = True
        self.tenant = TextField("entraTenant", "contoso.onmicrosoft.com")
        self.client = TextField("entraClientId", "00000000-0000-0000-0000-000000000000")
        self.cloud, self.way = _box("entraCloud"), _box("entraWay")
        for cloud, title in CLOUD_TITLES:
            self.cloud.addItem(title, cloud)
        for way, title in WAYS:
            self.way.addItem(title, way)
        self.secret = PasswordField("entraSecret")
        self.file = FileField(
            "entraCertificate", "Certificates (*.pem *.crt *.key);;All files (*)", "Choose the PEM file"
        )
        self.tenant_field = LabelledField("&Tenant", self.tenant, "Its domain or ID.")
        self.client_field = LabelledField(
            "Application (&client) ID", self.client, "From your own app registration."
        )
        self.cloud_field = LabelledField(
            "Microsoft c&loud", self.cloud, "Global, unless your tenant is in a national cloud."
        )
        self.way_field = LabelledField("Sign in &by", self.way)
        self.secret_field = LabelledField("Client &secret", self.secret)
        self.file_field = LabelledField(
            "Certificate &file", self.file, "PEM, with the private key and the certificate."
        )
        self.button = secondary(
            "Sign in…",
            "entraSignIn",
            icon="person",
        )
        self.promise = Paragraph(
            f"Asks to read people, groups and assignments ({', '.join(READ_PERMISSIONS)}). It changes nothing.",
            "small",
            "text2",
        )
        self.guide = flat("How to register the application", "entraGuide", icon="info")
        self.own_client = flat("Use Microsoft's public client", "entraOwnClient")
        self.sandbox = flat("Try with a tenant on this computer", "entraSandbox", icon="bolt")
        self._rest = single_shot(self, _TYPING_MILLISECONDS, self.take)
        self._fill()
        self._listen()

    @property
    def typed_secret(self) -> str:
        """The secret typed and not stored yet, or ""."""
        return self.secret.text().strip()

    def show_choice(self, choice: EntraChoice, secret_kept: bool) -> None:
        """Show a job's choices without overwriting what is being typed."""
        self._choice, self._showing = choice, True
        for field, value in ((self.tenant, choice.tenant), (self.client, choice.client_id)):
            if field.text().strip() != value and not self._rest.isActive():
                field.setText(value)
        if self.file.path != choice.certificate_file and not self._rest.isActive():
            self.file.set_path(choice.certificate_file)
        if choice.cloud == SANDBOX and self.cloud.findData(SANDBOX) < 0:
            self.cloud.addItem("A tenant on this computer", SANDBOX)
        self.cloud.setCurrentIndex(max(0, self.cloud.findData(choice.cloud)))
        self.way.setCurrentIndex(max(0, self.way.findData(choice.sign_in)))
        self._showing = False
        no_browser = choice.sign_in == "browser" and not self._has_browser
        self.way_field.set_hint(_NO_BROWSER_HINT if no_browser else _WAY_HINTS[choice.sign_in])
        self.client_field.set_hint(
            "Microsoft Graph Command Line Tools, Microsoft's public client. Some tenants block it."
            if choice.client_id == GRAPH_COMMAND_LINE
            else "From your own app registration."
        )
        by_application = choice.sign_in in _SECRET_WORDS
        self.secret_field.setVisible(by_application)
        self.file_field.setVisible(choice.sign_in == "certificate")
        self.own_client.setVisible(not by_application and choice.client_id != GRAPH_COMMAND_LINE)
        if by_application:
            self.secret_field.label.setText(_SECRET_WORDS[choice.sign_in])
            self.secret.setAccessibleName(_SECRET_WORDS[choice.sign_in].replace("&", ""))
            self.secret.setPlaceholderText(_DOTS if secret_kept else "")
            self.secret_field.set_hint(
                "Leave empty if the key has none."
                if choice.sign_in == "certificate"
                else "Its value, not its ID. Stored in your system keyring.",
                icon="key",
            )
        self.button.setEnabled(bool(choice.tenant and choice.client_id))

    def take(self) -> None:
        """Emit what was typed as the new choice."""
        self._rest.stop()
        choice = replace(
            self._choice,
            tenant=self.tenant.text().strip(),
            client_id=self.client.text().strip().lower(),
            cloud=self.cloud.currentData(),
            sign_in=self.way.currentData(),
            certificate_file=self.file.path,
        )
        if choice.cloud != SANDBOX:
            choice = replace(choice, authority="", graph_url="")
        if choice != self._choice:
            self._choice = choice
            self.answered.emit(choice)

    def set_browser(self, found: bool) -> None:
        """Offer the code first where no browser of this computer opens in front of the person."""
        if found == self._has_browser:
            return
        self._has_browser, self._showing = found, True
        self.way.clear()
        for way, title in WAYS if found else (WAYS[1], WAYS[0], *WAYS[2:]):
            self.way.addItem(title, way)
        self._showing = False
        self.show_choice(self._choice, bool(self.secret.placeholderText()))

    def forget_secret(self) -> None:
        """Clear the field, not the stored secret."""
        self.secret.clear()
        self.secret.eye.setChecked(False)

    def _typed(self) -> None:
        if not self._showing:
            self._rest.start()

    def _picked(self) -> None:
        if not self._showing:
            self.take()

    def _sign_in(self) -> None:
        self.take()
        if self.button.isEnabled():
            self.asked.emit()

    def _take_own_client(self) -> None:
        self.client.setText(GRAPH_COMMAND_LINE)
        self.take()

    def _listen(self) -> None:
        for field in (self.tenant, self.client, self.file.edit):
            field.textChanged.connect(self._typed)
            field.editingFinished.connect(self._picked)
        self.cloud.activated.connect(self._picked)
        self.way.activated.connect(self._picked)
        self.secret.returnPressed.connect(self._sign_in)
        self.button.clicked.connect(self._sign_in)
        self.guide.clicked.connect(self.guide_asked)
        self.own_client.clicked.connect(self._take_own_client)
        self.sandbox.clicked.connect(self.sandbox_asked)

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        pairs = (
            (self.tenant_field, self.client_field),
            (self.cloud_field, self.way_field),
            (self.file_field, self.secret_field),
        )
        for left, right in pairs:
            row = QHBoxLayout()
            row.setSpacing(px(24))
            row.addWidget(left, 1)
            row.addWidget(right, 1)
            column.addLayout(row)
        signing = QHBoxLayout()
        signing.setSpacing(px(8))
        for way in (self.button, self.guide, self.own_client):
            signing.addWidget(way)
        signing.addStretch(1)
        column.addLayout(signing)
        column.addWidget(self.promise)
        trying = QHBoxLayout()
        trying.addWidget(self.sandbox)
        trying.addStretch(1)
        column.addLayout(trying)


class SignedInCard(Card):
    """Who is signed in, to which tenant, and where the sign-in is stored."""

    def __init__(self, change: Callable[[], object], sign_out: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("entraSignedIn")
        self._mark = QLabel()
        set_icon(self._mark, "check-circle", "ok")
        self._who = label("", "medium")
        self._where = Paragraph(kind="small", ink="text2")
        self.change = flat("Change…", "entraChange")
        self.sign_out = flat("Sign out", "entraSignOut")
        self.change.clicked.connect(change)
        self.sign_out.clicked.connect(sign_out)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._who)
        words.addWidget(self._where)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.change)
        row.addWidget(self.sign_out)
        self.column.addLayout(row)

    def show_signed_in(self, found: SignedIn, choice: EntraChoice, tenant_name: str) -> None:
        """Show the account and the tenant, by its name where that is known."""
        who = f"Signed in as {found.user_name}" if found.user_name else "Signed in as an application"
        domain = found.user_name.rpartition("@")[2]
        tenant = tenant_in_words(choice.tenant, tenant_name) or domain or choice.tenant
        where = f"Tenant {tenant}" + (f", {_KEPT[found.kept]}" if found.kept else "")
        self._who.setText(who)
        self._where.setText(f"{where}.")
        self._where.setToolTip("" if tenant == choice.tenant else choice.tenant)
        self.setAccessibleName(f"{who}. {where}.")


def _box(name: str) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    return made
