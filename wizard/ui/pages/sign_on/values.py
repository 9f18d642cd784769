"""AWS's metadata file, and the values at Microsoft: kept (check) or to be written (plus)."""

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import WizardError
from wizard.messages import Noun, counted
from wizard.messages.attribute_names import friendly_name
from wizard.messages.translation import N_, _
from wizard.provisioning.job import SignOnChoice
from wizard.ui.formats import comma_list, full_date
from wizard.ui.theme.fonts import px, wrapped_tip
from wizard.ui.theme.icons import set_icon
from wizard.ui.theme.stylesheet import set_ink, set_property
from wizard.ui.widgets.buttons import small
from wizard.ui.widgets.cards import Card, line
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.files import dropped_files
from wizard.ui.widgets.labels import LineLabel, Paragraph, label

if TYPE_CHECKING:
    from wizard.aws.saml_metadata import ServiceProvider
    from wizard.flow.microsoft.sign_on import Difference, Setting, SignOnPlan

_LABELS: "dict[Setting, str]" = {
    "mode": N_("Method"),
    "issuer": N_("Issuer"),
    "acs-url": N_("ACS URLs"),
    "sign-on-url": N_("Sign-on URL"),
    "reminders": N_("Reminders"),
    "certificate": N_("Certificate"),
    "attributes": N_("Attributes"),
}
_ROW = 32
_MOST_LINES = 4
"""ACS URLs, or attributes, with a line of their own."""
_LABEL_WIDTH = 80


class MetadataDrop(Card):
    """A zone for AWS's metadata file: dropped, or chosen with a button."""

    dropped = Signal(str)
    """The path of a dropped file."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("metadataDrop")
        self.code = ""
        """Of the error that is shown; "" = none."""
        self.setAcceptDrops(True)
        set_property(self, "drop", "on")
        self._icon = QLabel()
        set_icon(self._icon, "file", "text2", 20)
        self.title = label("", "medium")
        self.title.setObjectName("metadataTitle")
        self.text = Paragraph(kind="small", ink="text2")
        self.browse = small(_("Choose file…"), "chooseMetadata")
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(self.title)
        words.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(px(12))
        row.addWidget(self._icon)
        row.addLayout(words, 1)
        row.addWidget(self.browse)
        self.column.addLayout(row)
        self.show_provider(None)

    def show_provider(self, provider: "ServiceProvider | None") -> None:
        """Show what the file said; None = no file was read."""
        self.code = ""
        set_ink(self.text, "text2")
        set_icon(self._icon, "file", "text2", 20)
        if provider is None:
            self.title.setText(_("Drop the AWS metadata file here"))
            self.text.setText(_("AWS console: Change identity source, Service provider metadata, Download."))
            self.browse.change_text(_("Choose file…"))
            return
        name, place = provider.instance or "Identity Center", provider.region_name
        words = _("Instance {name} in {place}") if place else _("Instance {name}")
        self.title.setText(words.format(name=name, place=place))
        self.text.setText(counted(len(provider.acs_urls), Noun.ACS_URL))
        self.browse.change_text(_("Replace…"))

    def show_error(self, error: WizardError) -> None:
        """Show why a file was not used."""
        self.code = error.message.code
        set_icon(self._icon, "alert-circle", "bad", 20)
        self.title.setText(messages.title(error))
        self.text.setText(messages.advice(error))
        set_ink(self.text, "bad")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept one local file."""
        if len(dropped_files(event.mimeData())) == 1:
            set_property(self, "drop", "over")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show the usual edge again."""
        set_property(self, "drop", "on")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file."""
        set_property(self, "drop", "on")
        files = dropped_files(event.mimeData())
        if len(files) == 1:
            event.acceptProposedAction()
            self.dropped.emit(files[0])


class ValuesCard(Card):
    """One row for each value. Two are fields: AWS's file does not hold them."""

    typed = Signal()

    def __init__(self) -> None:
        super().__init__(padded=False)
        self.setObjectName("signOnValues")
        self.application = LineLabel("small", "text2", elide=True)
        """Right of the section's head: where it is written to."""
        self.url = TextField("signOnUrl")
        self.url.setPlaceholderText("https://d-1234567890.awsapps.com/start")
        self.url.setAccessibleName(_("Sign-on URL: the AWS access portal URL"))
        self.reminders = TextField("signOnReminders")
        self.reminders.setPlaceholderText("name@example.com")
        self.reminders.setToolTip(
            wrapped_tip(_("Microsoft sends reminders 60, 30, and 7 days before the certificate expires."))
        )
        self.reminders.setAccessibleName(_("Email addresses for reminders before the certificate expires"))
        for field in (self.url, self.reminders):
            field.textEdited.connect(self.typed)
        self._marks: dict[Setting, QLabel] = {}
        self._names: list[QLabel] = []
        self._values: dict[Setting, tuple[LineLabel, ...]] = {}
        """Setting -> its lines; only ACS URLs and attributes may fill several."""
        for setting, words in _LABELS.items():
            rule = line()
            if setting != "mode":
                self.column.addWidget(rule)
            own = {"sign-on-url": self.url, "reminders": self.reminders}.get(setting)
            row = self._row(setting, _(words), own)
            self.column.addWidget(row)
            if setting == "attributes":
                self._of_attributes = (rule, row)
        widest = max(name.sizeHint().width() for name in self._names)
        for name in self._names:  # the values begin below each other in every language
            name.setFixedWidth(max(px(_LABEL_WIDTH), widest))

    def show_fields(self, choice: SignOnChoice) -> None:
        """Fill the two fields."""
        self.url.setText(choice.sign_on_url)
        self.reminders.setText(", ".join(choice.reminders))

    def with_fields(self, choice: SignOnChoice) -> SignOnChoice:
        """The choice with the content of the fields."""
        addresses = tuple(filter(None, re.split(r"[\s,;]+", self.reminders.text())))
        return replace(choice, sign_on_url=self.url.text().strip(), reminders=addresses)

    def show_plan(self, plan: "SignOnPlan | None", choice: SignOnChoice) -> None:
        """Show each value with its mark; None: only what the job holds."""
        name = plan.configured.name if plan is not None else ""
        self.application.setText(_("In the application “{name}”").format(name=name) if name else "")
        known = {each.setting: each for each in plan.differences} if plan is not None else {}
        held: dict[Setting, tuple[str, ...]] = {
            "mode": ("saml",),
            "issuer": (choice.issuer,),
            "acs-url": choice.acs_urls,
            "attributes": tuple(f"{each.key}={each.attribute}" for each in choice.attributes),
        }
        for setting, values in self._values.items():
            lines = _lines(setting, known.get(setting), held.get(setting, ()), len(values))
            for number, value in enumerate(values):
                value.setText(lines[number] if number < len(lines) else "")
                value.setVisible(number < len(lines))
        for setting in self._marks:
            self._mark(setting, known.get(setting))
        for part in self._of_attributes:
            part.setVisible(bool(self._values["attributes"][0].text()))

    def _mark(self, setting: "Setting", difference: "Difference | None") -> None:
        mark = self._marks[setting]
        if difference is not None and difference.is_change and difference.before and not any(difference.after):
            set_icon(mark, "minus", "warn")
            mark.setAccessibleName(_("will be removed"))
        elif difference is None or not any(difference.after):
            set_icon(mark, "dot", "text3")
            mark.setAccessibleName(_("not set") if difference else _("not compared"))
        else:
            is_change = difference.is_change
            set_icon(mark, "plus" if is_change else "check", "ok" if is_change else "text2")
            mark.setAccessibleName(_("will be written") if is_change else _("kept"))

    def _row(self, setting: "Setting", words: str, field: TextField | None) -> QWidget:
        row_widget = QWidget()
        row_widget.setMinimumHeight(px(_ROW))
        mark = self._marks[setting] = QLabel()
        mark.setFixedWidth(px(16))
        name = label(words, ink="text2")
        self._names.append(name)
        row = QHBoxLayout(row_widget)
        row.setContentsMargins(px(16), px(4) if field else 0, px(8) if field else px(16), px(4) if field else 0)
        row.setSpacing(px(8))
        row.addWidget(mark)
        row.addWidget(name)
        if field is not None:
            name.setBuddy(field)
            row.addWidget(field, 1)
        else:
            count = _MOST_LINES if setting in ("acs-url", "attributes") else 1
            values = self._values[setting] = tuple(LineLabel(elide=True) for _ in range(count))
            column = QVBoxLayout()
            column.setContentsMargins(0, px(6), 0, px(6))
            column.setSpacing(px(6))
            for value in values:
                value.setObjectName(f"signOn.{setting}")
                column.addWidget(value)
            row.addLayout(column, 1)
            row.setAlignment(mark, Qt.AlignmentFlag.AlignVCenter)
        return row_widget


def _lines(setting: "Setting", difference: "Difference | None", held: tuple[str, ...], most: int) -> list[str]:
    """What the lines of a setting show: what will be there, else what the job holds."""
    texts = difference.after if difference is not None else held
    if setting == "mode":
        return ["SAML"]
    if setting == "certificate":
        if not texts:
            return [_("Not compared yet")]
        is_new = difference is not None and difference.is_change
        words = _("New, valid until {day}") if is_new else _("Kept, valid until {day}")
        return [words.format(day=full_date(date.fromisoformat(texts[0])))]
    if setting == "attributes":
        removed = difference.before if difference is not None and not difference.after else ()
        if removed:
            return [_("Removed: {keys}").format(keys=comma_list([text.rpartition("=")[0] for text in removed]))]
        given = [_attribute_words(text) for text in texts]
    else:
        given = [text for text in texts if text]
    if len(given) > most > 1:
        given = [*given[: most - 1], _("and {n} more").format(n=len(given) - most + 1)]
    return given or ([] if setting == "attributes" else [_("From the AWS metadata file")])


def _attribute_words(text: str) -> str:
    key, _equals, attribute = text.rpartition("=")
    return _("{key} from {attribute}").format(key=key, attribute=friendly_name(attribute))
