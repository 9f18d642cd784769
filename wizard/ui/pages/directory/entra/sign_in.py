"""The sign-in form (tenant, application, method), and the card of the signed-in account."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard.flow.directory.entra_models import (
    GRAPH_COMMAND_LINE,
    READ_PERMISSIONS,
    SANDBOX,
    SignedIn,
    cloud_titles,
)
from wizard.flow.jobs.summary import tenant_in_words
from wizard.messages.formats import comma_list
from wizard.messages.row import as_sentence, sentences
from wizard.messages.translation import N_, _
from wizard.provisioning.job import EntraChoice
from wizard.ui.theme.fonts import px
from wizard.ui.theme.icons import set_icon
from wizard.ui.timers import single_shot
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.fields import ChoiceField, LabelledField, PasswordField, TextField
from wizard.ui.widgets.files import FileField
from wizard.ui.widgets.labels import Paragraph, label

WAYS = (
    ("browser", N_("Browser on this computer")),
    ("device-code", N_("Device code, on any device")),
    ("secret", N_("App registration with client secret")),
    ("certificate", N_("App registration with certificate")),
)
_WAY_HINTS = {
    "browser": N_("You sign in on Microsoft's page. The wizard never sees your password."),
    "device-code": N_("For computers without a browser. Some tenants block it."),
    "secret": N_("For unattended runs."),
    "certificate": N_("For unattended runs. The certificate file is not copied."),
}
_SECRETS = {
    "secret": (N_("Client &secret"), N_("The secret's value, not its ID. Stored in your system keyring.")),
    "certificate": (
        N_("Certificate pass&phrase"),
        N_("Leave empty if there is none. Stored in your system keyring."),
    ),
}
"""Sign-in method -> label and hint of the secret's field."""
_STORED = {
    "keyring": N_("Tenant {tenant}. The sign-in is stored in your system keyring."),
    "session": N_("Tenant {tenant}. Signed in until you close the program."),
    "environment": N_("Tenant {tenant}. The secret comes from the environment variable {variable}."),
    "": N_("Tenant {tenant}."),
}
"""Place of the sign-in -> sentence of the card."""
_VARIABLE = "IDENTITY_CENTER_WIZARD_ENTRA_SECRET"
_NO_BROWSER_HINT = N_("No browser was found on this computer. Use a device code instead.")
_OWN_APP_HINT = N_("From your app registration.")
_PUBLIC_CLIENT_HINT = N_("Microsoft Graph Command Line Tools. Some tenants block it.")
_PEM_FILES = N_("Certificates (*.pem *.crt *.key);;All files (*)")
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
        self.cloud, self.way = ChoiceField("entraCloud"), ChoiceField("entraWay")
        for cloud, title in cloud_titles():
            self.cloud.addItem(title, cloud)
        for way, title in WAYS:
            self.way.addItem(_(title), way)
        self.secret = PasswordField("entraSecret")
        self.file = FileField("entraCertificate", _(_PEM_FILES), _("Certificate file"))
        self.tenant_field = LabelledField(_("&Tenant"), self.tenant, _("Domain or tenant ID."))
        self.client_field = LabelledField(_("Application (&client) ID"), self.client, _(_OWN_APP_HINT))
        self.cloud_field = LabelledField(
            _("Microsoft c&loud"), self.cloud, _("Global, unless your tenant is in a national cloud.")
        )
        self.way_field = LabelledField(_("Sign in &with"), self.way)
        self.secret_field = LabelledField(_("Client &secret"), self.secret)
        self.file_field = LabelledField(
            _("Certificate &file"), self.file, _("PEM file with the certificate and its private key.")
        )
        self.button = secondary(
            _("Sign in…"),
            "entraSignIn",
            icon="person",
        )
        self.promise = Paragraph(
            _("Requests read permissions only: {permissions}.").format(permissions=comma_list(READ_PERMISSIONS)),
            "small",
            "text2",
        )
        self.guide = flat(_("How to register an app"), "entraGuide", icon="info")
        self.own_client = flat(_("Use Microsoft's public client"), "entraOwnClient")
        self.sandbox = flat(_("Try with a sample tenant"), "entraSandbox", icon="bolt")
        self._rest = single_shot(self, _TYPING_MILLISECONDS, self.take)
        self._fill()
        self._listen()

    @property
    def typed_secret(self) -> str:
        """The secret typed and not stored yet, or ""."""
        return self.secret.text().strip()

    def show_choice(self, choice: EntraChoice, secret_kept: bool) -> None:
        """Show a job's choices without overwriting text that is being typed."""
        self._choice, self._showing = choice, True
        for field, value in ((self.tenant, choice.tenant), (self.client, choice.client_id)):
            if field.text().strip() != value and not self._rest.isActive():
                field.setText(value)
        if self.file.path != choice.certificate_file and not self._rest.isActive():
            self.file.set_path(choice.certificate_file)
        if choice.cloud == SANDBOX and self.cloud.findData(SANDBOX) < 0:
            self.cloud.addItem(_("Sample tenant on this computer"), SANDBOX)
        self.cloud.setCurrentIndex(max(0, self.cloud.findData(choice.cloud)))
        self.way.setCurrentIndex(max(0, self.way.findData(choice.sign_in)))
        self._showing = False
        no_browser = choice.sign_in == "browser" and not self._has_browser
        self.way_field.set_hint(_(_NO_BROWSER_HINT) if no_browser else _(_WAY_HINTS[choice.sign_in]))
        is_public = choice.client_id == GRAPH_COMMAND_LINE
        self.client_field.set_hint(_(_PUBLIC_CLIENT_HINT) if is_public else _(_OWN_APP_HINT))
        by_application = choice.sign_in in _SECRETS
        self.secret_field.setVisible(by_application)
        self.file_field.setVisible(choice.sign_in == "certificate")
        self.own_client.setVisible(not by_application and choice.client_id != GRAPH_COMMAND_LINE)
        if by_application:
            title, hint = map(_, _SECRETS[choice.sign_in])
            self.secret_field.label.setText(title)
            self.secret.setAccessibleName(title.replace("&", ""))
            self.secret.setPlaceholderText(_DOTS if secret_kept else "")
            self.secret_field.set_hint(hint, icon="key")
        self.button.setEnabled(bool(choice.tenant and choice.client_id))

    def take(self) -> None:
        """Emit the typed values as the new choice."""
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
        """Offer the device code first if this computer has no browser."""
        if found == self._has_browser:
            return
        self._has_browser, self._showing = found, True
        self.way.clear()
        for way, title in WAYS if found else (WAYS[1], WAYS[0], *WAYS[2:]):
            self.way.addItem(_(title), way)
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
    """The signed-in account, its tenant, and where the sign-in is stored."""

    def __init__(self, change: Callable[[], object], sign_out: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("entraSignedIn")
        self._mark = QLabel()
        set_icon(self._mark, "check-circle", "ok")
        self._who = label("", "medium")
        self._where = Paragraph(kind="small", ink="text2")
        self.change = flat(_("Change…"), "entraChange")
        self.sign_out = flat(_("Sign out"), "entraSignOut")
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
        """Show the account and the tenant, by its name if known."""
        who = (
            _("Signed in as {user}").format(user=found.user_name)
            if found.user_name
            else _("Signed in as an application")
        )
        domain = found.user_name.rpartition("@")[2]
        tenant = tenant_in_words(choice.tenant, tenant_name) or domain or choice.tenant
        where = _(_STORED[found.kept]).format(tenant=tenant, variable=_VARIABLE)
        self._who.setText(who)
        self._where.setText(where)
        self._where.setToolTip("" if tenant == choice.tenant else choice.tenant)
        self.setAccessibleName(sentences(as_sentence(who), where))
