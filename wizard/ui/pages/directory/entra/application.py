"""Choices of a tenant: the enterprise application, and who is read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from wizard.flow.directory.entra_models import Assigned, Enterprise
from wizard.messages import Noun, counted
from wizard.messages.formats import comma_list
from wizard.messages.translation import N_, _
from wizard.provisioning.job import EntraChoice
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, small
from wizard.ui.widgets.choices import CheckBox, RadioButton, keep_tab_stop_on_checked
from wizard.ui.widgets.fields import TextField
from wizard.ui.widgets.labels import Paragraph, heading, indent, label

if TYPE_CHECKING:
    from wizard.flow.directory.entra_models import Application

_NONE_FOUND = N_("This tenant has no AWS IAM Identity Center application yet.")
_NOT_OFFERED = N_(
    "The gallery of this cloud does not offer AWS IAM Identity Center. Select No application to read everyone, and "
    "choose people and groups in Scope."
)
_NESTED = N_("Microsoft's provisioning service ignores nested groups.")


class ApplicationChoice(QWidget):
    """Chooses an application or none, or adds one from the gallery."""

    chosen = Signal(object)
    """The EntraChoice with another application or none."""
    add_asked = Signal(str)
    """Name of the application to add from the gallery."""
    look_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraApplication")
        self._choice = EntraChoice()
        self._shown: tuple[Application, ...] | None = None
        self.buttons: dict[str, RadioButton] = {}
        """Object id of an application ("" = none) -> its radio button."""
        self._group = QButtonGroup(self)
        keep_tab_stop_on_checked(self._group)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(px(4))
        self._none_found = Paragraph(kind="small", ink="text2")
        self.name = TextField("entraNewName", compact=True)
        self.name.setText("AWS IAM Identity Center")
        self.name.setAccessibleName(_("Name of the new application"))
        self.name.setMinimumWidth(px(160))
        self.add = small(_("Add from gallery"), "entraAdd", icon="plus", busy=_("Adding…"))
        self.look = flat(_("Refresh"), "entraLookAgain", size="small", icon="refresh")
        self.add.clicked.connect(self._add)
        self.name.returnPressed.connect(self._add)
        self.look.clicked.connect(self.look_asked)
        adding = QHBoxLayout()
        adding.setSpacing(px(8))
        adding.addWidget(self.name, 1)
        adding.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(heading(_("Enterprise application")))
        column.addWidget(self._none_found)
        column.addLayout(self._rows)
        column.addLayout(adding)
        looking = QHBoxLayout()
        looking.addWidget(self.look)
        looking.addStretch(1)
        column.addLayout(looking)
        column.addStretch(1)

    def show_enterprise(self, found: Enterprise | None, choice: EntraChoice) -> None:
        """Show the applications of the tenant and the chosen one."""
        self._choice = choice
        applications = found.applications if found else ()
        if found is not None and applications != self._shown:
            self._shown = applications
            self._make_rows(applications)
        none = found is not None and not applications
        offered = found is None or found.offered
        self._none_found.setText("" if not none else _(_NONE_FOUND) if offered else _(_NOT_OFFERED))
        self._none_found.setVisible(none)
        for part in (self.name, self.add):
            part.setVisible(none and offered)
        self._group.setExclusive(False)
        # "No application" is chosen only if everyone is read.
        held = choice.application_id or ("" if choice.scope == "all" else None)
        for one, button in self.buttons.items():
            button.setChecked(one == held)
        self._group.setExclusive(True)

    def _make_rows(self, applications: "Sequence[Application]") -> None:
        for button in self.buttons.values():
            self._rows.removeWidget(button)
            self._group.removeButton(button)
            button.deleteLater()
        self.buttons = {}
        for one in applications:
            text = one.name if one.enabled else _("{application} (sign-in disabled)").format(application=one.name)
            self._row(one.id, text, one.name)
        self._row("", _("No application"), "")

    def _row(self, application_id: str, text: str, name: str) -> None:
        button = RadioButton(text.replace("&", "&&"))
        button.setObjectName(f"entraApplication.{application_id or 'none'}")
        button.setAccessibleName(_("Enterprise application: {application}").format(application=text))
        button.clicked.connect(lambda _on=False: self._choose(application_id, name))
        self._group.addButton(button)
        self.buttons[application_id] = button
        self._rows.addWidget(button)

    def _choose(self, application_id: str, name: str) -> None:
        scope: Literal["assigned", "all"] = "assigned" if application_id else "all"
        chosen = replace(self._choice, application_id=application_id, application_name=name, scope=scope)
        self.chosen.emit(chosen)

    def _add(self) -> None:
        if not self.add.is_busy:
            self.add_asked.emit(self.name.text().strip())


class ReadChoice(QWidget):
    """Chooses who is read: everyone assigned or everyone in the tenant, with or without nested groups."""

    chosen = Signal(object)
    """The changed EntraChoice."""
    assignments_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("entraRead")
        self._choice = EntraChoice()
        self.assigned = RadioButton(_("&Assigned to the application"))
        self.everybody = RadioButton(_("&Everyone in the tenant"))
        self._group = QButtonGroup(self)
        keep_tab_stop_on_checked(self._group)
        for button, scope in ((self.assigned, "assigned"), (self.everybody, "all")):
            button.setObjectName(f"entraScope.{scope}")
            name = _("People and groups to read: {choice}").format(choice=button.text().replace("&", ""))
            button.setAccessibleName(name)
            button.clicked.connect(lambda _on=False, scope=scope: self._take(scope=scope))
            self._group.addButton(button)
        self._counts = label("", "small", "text2")
        self.open = small(_("Assignments…"), "entraAssignments", icon="people")
        self.open.clicked.connect(self.assignments_asked)
        self.nested = CheckBox(_("Include members of nested &groups"))
        self.nested.setObjectName("entraNested")
        self.nested.clicked.connect(lambda on: self._take(nested=on))
        counted = QHBoxLayout()
        indent(counted)
        counted.setSpacing(px(12))
        counted.addWidget(self._counts)
        counted.addWidget(self.open)
        counted.addStretch(1)
        hint = Paragraph(_(_NESTED), "small", "text2")
        indent(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addWidget(heading(_("People and groups to read")))
        column.addWidget(self.assigned)
        column.addLayout(counted)
        column.addWidget(self.everybody)
        column.addSpacing(px(4))
        column.addWidget(self.nested)
        column.addWidget(hint)
        column.addStretch(1)

    def show_choice(self, choice: EntraChoice, assigned: Assigned | None) -> None:
        """Show the choices, and how many are assigned."""
        self._choice = choice
        with_application = bool(choice.application_id)
        self.assigned.setEnabled(with_application)
        self.open.setEnabled(with_application)
        self.assigned.setChecked(choice.scope == "assigned" and with_application)
        self.everybody.setChecked(choice.scope == "all")
        self.nested.setChecked(choice.nested)
        own = assigned if assigned and assigned.application_id == choice.application_id else None
        self._counts.setText(
            comma_list([counted(own.count("User"), Noun.PERSON), counted(own.count("Group"), Noun.GROUP)])
            if own and with_application
            else ""
        )
        self._counts.setVisible(bool(self._counts.text()))

    def _take(self, **changed: object) -> None:
        self.chosen.emit(replace(self._choice, **changed))  # type: ignore[arg-type]
