"""What a person does at Microsoft meanwhile: the page in the browser, or the code to enter."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QSpacerItem

from wizard.flow.directory.entra_models import CodeToEnter
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import FLAT_PADDING, flat, secondary
from wizard.ui.widgets.cards import Card
from wizard.ui.widgets.labels import Paragraph, label


class SignInWaiting(Card):
    """Shown from the press on Sign in until Microsoft has answered."""

    cancelled = Signal()
    open_asked = Signal(str)
    """An address to open in the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraWaiting")
        self._address = ""
        self._code = ""
        self._title = label("", "medium")
        self._text = Paragraph(ink="text2")
        self.code = label("", "strip")
        self.code.setObjectName("deviceCode")
        self.bar = QProgressBar()
        self.bar.setObjectName("entraWaitingBar")
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Waiting for Microsoft")
        self.open = secondary("Open the page", "entraOpenPage", icon="external", size="small")
        self.copy_code = secondary("Copy the code", "entraCopyCode", icon="copy", size="small")
        self.copy_address = flat("Copy its address", "entraCopyAddress", size="small")
        self.cancel = flat("Cancel", "entraCancel", size="small")
        self.open.clicked.connect(lambda: self.open_asked.emit(self._address))
        self.copy_code.clicked.connect(lambda: QApplication.clipboard().setText(self._code))
        self.copy_address.clicked.connect(lambda: QApplication.clipboard().setText(self._address))
        self.cancel.clicked.connect(self.cancelled)
        self._fill()
        self.show_doing("")

    def show_doing(self, doing: str) -> None:
        """Something that needs no person: the keyring, Microsoft's answer."""
        self._show(doing or "Waiting for Microsoft", "", "", "")

    def show_page(self, address: str) -> None:
        """The browser was sent to Microsoft's page."""
        text = "Sign in there and come back. Does no page open? Copy its address into a browser of this computer."
        self._show("Waiting for your sign-in in the browser", text, address, "")

    def show_code(self, code: CodeToEnter) -> None:
        """A code is to be entered at an address."""
        minutes = max(1, round(code.seconds / 60))
        text = (
            f"Open {code.address} on any device, enter this code, and sign in. It is good for {minutes} minutes."
        )
        self._show("Waiting for your sign-in with this code", text, code.address, code.code)

    def _show(self, title: str, text: str, address: str, code: str) -> None:
        self._address, self._code = address, code
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.code.setText(code)
        self.code.setAccessibleName(f"Code {' '.join(code)}" if code else "")
        self.code.setVisible(bool(code))
        self.copy_code.setVisible(bool(code))
        self.open.setVisible(bool(code))
        self.copy_address.setVisible(bool(address))
        self._lead.changeSize(0 if code else -px(FLAT_PADDING), 0)  # a flat button's words stand under the text
        self.setAccessibleName(title)

    def _fill(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self.open)
        row.addWidget(self.copy_code)
        self._lead = QSpacerItem(0, 0)
        row.addSpacerItem(self._lead)
        row.addWidget(self.copy_address)
        row.addWidget(self.cancel)
        row.addStretch(1)
        self.column.setSpacing(px(10))
        for part in (self._title, self.bar, self.code, self._text):
            self.column.addWidget(part)
        self.column.addLayout(row)
