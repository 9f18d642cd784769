"""Questions of Microsoft's pages: how to restart, another limit for lost access, going back to the first mapping."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from wizard.flow.microsoft.models import ChangedRow, RestartPart
from wizard.messages.translation import _, ngettext
from wizard.provisioning.job import POLICY_RANGES
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.choices import RadioGroup, RadioOption
from wizard.ui.widgets.fields import LabelledField, NumberField
from wizard.ui.widgets.labels import Paragraph, indent
from wizard.ui.widgets.sheet import Sheet
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, RowsModel

_MOST_ROWS = 8


class RestartSheet(Sheet):
    """Microsoft's choices for a restart, each with its consequence."""

    def __init__(self, parent: QWidget | None, paused: bool) -> None:
        text = _("The service is paused. A restart starts it again.") if paused else ""
        super().__init__(parent, "restartSheet", _("Restart provisioning?"), text, _("Restart"))
        self.how = RadioGroup(
            "restartHow",
            _("What to do"),
            (
                RadioOption(
                    "everyone",
                    _("Evaluate everyone again"),
                    _(
                        "Microsoft reads the whole tenant again, retries failed people immediately, and lifts "
                        "the quarantine. Accounts in AWS stay linked. This takes longer than a usual cycle."
                    ),
                ),
                RadioOption(
                    "full",
                    _("Start from the beginning"),
                    _(
                        "As above, and Microsoft also discards which account belongs to which person. It "
                        "matches everyone again by the matching attributes. Accounts that it cannot match are "
                        "created again, or fail."
                    ),
                ),
                RadioOption("some", _("Choose what to reset")),
            ),
        )
        watermark = self._box("watermark", _("Evaluate everyone again"))
        escrows = self._box("escrows", _("Clear the list of failures"))
        quarantine = self._box("quarantine", _("Lift the quarantine"))
        self.boxes: dict[RestartPart, QCheckBox] = {
            "watermark": watermark,
            "escrows": escrows,
            "quarantine": quarantine,
        }
        hints: dict[RestartPart, str] = {
            "watermark": _("Not only changes since the last cycle."),
            "escrows": _("Without the option above, failed people are retried only after a change in Entra ID."),
            "quarantine": _("It returns if the cause is not fixed."),
        }
        self._parts = QWidget()
        column = QVBoxLayout(self._parts)
        indent(column)
        column.setSpacing(0)
        for part, box in self.boxes.items():
            hint = Paragraph(hints[part], "small", "text2")
            indent(hint, 4)
            box.setAccessibleDescription(hints[part])
            column.addWidget(box)
            column.addWidget(hint)
        self.how.choose("everyone")
        self.how.chosen.connect(lambda _choice: self._show_choice())
        self.add(self.how)
        self.add(self._parts)
        self._show_choice()

    @property
    def parts(self) -> frozenset[RestartPart]:
        """The parts to reset; empty = as Microsoft's portal does."""
        if self.how.choice == "full":
            return frozenset({"full"})
        if self.how.choice == "everyone":
            return frozenset()
        return frozenset(part for part, box in self.boxes.items() if box.isChecked())

    def _box(self, part: RestartPart, words: str) -> QCheckBox:
        box = QCheckBox(words)
        box.setObjectName(f"restart.{part}")
        box.setChecked(True)
        box.toggled.connect(lambda _on: self._show_choice())
        return box

    def _show_choice(self) -> None:
        choice = self.how.choice
        self._parts.setEnabled(choice == "some")
        self.verb.change_text(_("Start over") if choice == "full" else _("Restart"))
        self.verb.change_kind("danger" if choice == "full" else "primary")
        self.verb.setEnabled(choice != "some" or bool(self.parts))


def ask_restart(parent: QWidget | None, paused: bool) -> frozenset[RestartPart] | None:
    """Ask how to restart; None = cancelled, empty = as Microsoft's portal does."""
    sheet = RestartSheet(parent, paused)
    chosen = sheet.parts if sheet.exec() == Sheet.DialogCode.Accepted else None
    sheet.deleteLater()
    return chosen


class LimitSheet(Sheet):
    """The limit for lost access in one cycle."""

    def __init__(self, parent: QWidget | None, limit: int) -> None:
        super().__init__(
            parent,
            "limitSheet",
            _("Change the limit?"),
            _("The change is shown first, as in the setup. Nothing is written before you confirm it."),
            _("Review the change"),
        )
        self.number = NumberField("serviceLimit", *POLICY_RANGES["threshold_count"])
        self.number.setGroupSeparatorShown(True)
        self.number.setValue(limit)
        self.number.setAccessibleName(_("People and groups per cycle"))
        self.number.valueChanged.connect(lambda number: self.verb.setEnabled(number != limit))
        self.verb.setEnabled(False)
        field = LabelledField(
            _("&Hold changes when more lose access in one cycle"),
            self.number,
            _("Counts people and groups that would be disabled or deleted."),
        )
        self.add(field, focus=self.number)


def ask_limit(parent: QWidget | None, limit: int) -> int | None:
    """Ask for another limit; None = cancelled, or the same one."""
    sheet = LimitSheet(parent, limit)
    chosen = sheet.number.value() if sheet.exec() == Sheet.DialogCode.Accepted else limit
    sheet.deleteLater()
    return chosen if chosen != limit else None


class FirstMappingSheet(Sheet):
    """What going back to the first mapping changes at Microsoft."""

    def __init__(self, parent: QWidget | None, rows: tuple[ChangedRow, ...]) -> None:
        title = ngettext("Restore {n:,} mapping row?", "Restore {n:,} mapping rows?", len(rows)).format(
            n=len(rows)
        )
        super().__init__(
            parent,
            "firstMappingSheet",
            title,
            _(
                "This is the mapping from before this job changed it. Microsoft then evaluates everyone "
                "again, and people who are now out of scope lose access."
            ),
            _("Restore"),
            dangerous=True,
        )
        none = _("Not provisioned")
        self.model = RowsModel(
            (
                Column(_("Attribute"), lambda row: row.target, 120),
                Column(_("Now"), lambda row: row.now or none, share=1, ink="text2"),
                Column(_("After"), lambda row: row.after or none, share=1),
            ),
            key=lambda row: row.key,
        )
        self.table = DataTable("firstMapping", _("What changes"), self.model, sortable=False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.model.set_rows(rows)
        self.table.frame.setFixedHeight(px(32) * (min(len(rows), _MOST_ROWS) + 1) + 4)
        self.add(self.table.frame)
        if len(rows) > _MOST_ROWS:
            self.add(Paragraph(_("Scroll to see all of them."), kind="small", ink="text2"))


def ask_first_mapping(parent: QWidget | None, rows: tuple[ChangedRow, ...]) -> bool:
    """Show what restoring the first mapping changes; True = the person chose to restore it."""
    sheet = FirstMappingSheet(parent, rows)
    chosen = sheet.exec() == Sheet.DialogCode.Accepted
    sheet.deleteLater()
    return chosen
