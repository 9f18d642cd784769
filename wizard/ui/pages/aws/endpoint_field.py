"""The tenant URL's part of the AWS form: checked and put right as it is typed, other hosts only when confirmed."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from wizard import messages
from wizard.aws.endpoint import Endpoint, Problem, endpoint
from wizard.provisioning.job import TargetChoice
from wizard.ui.theme.fonts import font_of, px
from wizard.ui.timers import single_shot
from wizard.ui.widgets.fields import LabelledField, TextField

_URL_HINT = "AWS calls this value the SCIM endpoint."
_TYPING_RESTS = 400
"""Milliseconds after the last key before a half-typed address is called wrong."""


class AddressField(QWidget):
    """The field `tenantUrl`, what it says below, and the confirmation of a host that is not AWS's."""

    changed = Signal(str, str)
    """The tenant URL, normalised where it can be; and the host the person confirmed, or ""."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._showing = False
        self._allowed = ""
        self.edit = TextField("tenantUrl")
        self.edit.setFont(font_of("code"))
        self.field = LabelledField("&Tenant URL", self.edit, _URL_HINT)
        self.confirm = QCheckBox()
        self.confirm.setObjectName("confirmHost")
        self.confirm.hide()
        self._resting = single_shot(self, _TYPING_RESTS, self.say_wrong)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self.field)
        column.addWidget(self.confirm)
        self.edit.textChanged.connect(self._typed)
        self.edit.editingFinished.connect(self.finish)
        self.confirm.clicked.connect(self._confirmed)

    @property
    def place(self) -> Endpoint | Problem:
        """What the typed text is."""
        return endpoint(self.edit.text())

    def show_target(self, target: TargetChoice) -> None:
        """Show a job's answer; a text that means the same is left as it was typed."""
        self._allowed = target.allowed_host
        place = self.place
        url = place.url if isinstance(place, Endpoint) else self.edit.text().strip()
        if url != target.tenant_url:
            self._put(target.tenant_url)
        self._describe()

    def finish(self) -> None:
        """Typing has ended: put the normalised address there, or say what is wrong."""
        place = self.place
        if isinstance(place, Endpoint) and place.url != self.edit.text():
            self._put(place.url)
            self._describe()
        self.say_wrong()

    def say_wrong(self) -> None:
        """Say what is wrong with the address, if something is there."""
        place = self.place
        if isinstance(place, Problem) and self.edit.text().strip():
            self.field.set_wrong(messages.text(place))

    def _put(self, text: str) -> None:
        self._showing = True
        self.edit.setText(text)
        self.edit.setCursorPosition(0)
        self._showing = False

    def _typed(self) -> None:
        if self._showing:
            return
        place = self.place
        if isinstance(place, Endpoint):
            host = self._allowed if place.host == self._allowed else ""
            self.changed.emit(place.url, host)
        else:
            self.changed.emit(self.edit.text().strip(), "")
        self.field.set_hint(_URL_HINT)
        self._describe()
        self._resting.start()

    def _confirmed(self, sure: bool) -> None:
        place = self.place
        if isinstance(place, Endpoint):
            self.changed.emit(place.url, place.host if sure else "")
            self._describe()

    def _describe(self) -> None:
        place = self.place
        self.confirm.setVisible(isinstance(place, Endpoint) and place.kind == "other")
        if isinstance(place, Problem):
            if not self.edit.text():
                self.field.set_hint(_URL_HINT)
            return
        self._resting.stop()
        if place.kind == "aws":
            self.field.set_hint(f"{place.region_name}, {place.region}. {_URL_HINT}", icon="check", tone="ok")
        elif place.kind == "loopback":
            self.field.set_hint("An endpoint on this computer.", icon="check", tone="ok")
        else:
            self.field.set_hint(f"{place.host} is not a host of AWS.", icon="warning", tone="warn")
            self.confirm.setText(f"Send people and the access token to {place.host}; I know who runs it")
            self.confirm.setChecked(self._allowed == place.host)
