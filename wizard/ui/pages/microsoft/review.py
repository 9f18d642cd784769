"""Step 5, Preview for Microsoft's service: the forecast of the first cycle, and what a setup changes at Microsoft."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.microsoft.administrator import request_for_administrator
from wizard.flow.microsoft.words import after_words, before_words, edit_name, value_words
from wizard.messages.translation import N_, _, ngettext
from wizard.progress import Progress
from wizard.provisioning.report import plan_counts
from wizard.ui.formats import comma_list, day_and_time, listed_with_more
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.microsoft.sheets import ask_first_mapping
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.tasks import Emit, Event, Slot
from wizard.ui.theme.colors import Ink
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import secondary, small
from wizard.ui.widgets.cards import Card, MessageAction, MessageCard, WaitCard, discard_all, line
from wizard.ui.widgets.charts.count_strip import Count, CountStrip
from wizard.ui.widgets.labels import LineLabel, Paragraph, heading, label
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import Column, Mark, RowsModel

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import Edit, SetupChange, SetupConcern, SetupReview
    from wizard.flow.services import Services

_FORECAST: tuple[tuple[str, str, str, Ink], ...] = (
    ("created", N_("People created"), "plus", "ok"),
    ("updated", N_("People updated"), "pencil", "info"),
    ("lost", N_("Lose access"), "minus-circle", "warn"),
    ("refused", N_("Rejected by AWS rules"), "alert-circle", "bad"),
    ("groups", N_("Groups created"), "people", "text2"),
)
_STEPS: dict[str, tuple[str, str]] = {
    "application": (N_("Application"), "folder"),
    "roles": (N_("Role and owner"), "key"),
    "secrets": (N_("Credentials and settings"), "key"),
    "job": (N_("Provisioning job"), "refresh"),
    "schema": (N_("Attribute mapping"), "swap"),
    "assignments": (N_("Assignments"), "people"),
    "on-demand": (N_("First people"), "person"),
    "start": (N_("Start"), "play"),
}


class SetupReviewPage(WizardPage):
    """Reads Entra ID and AWS, and shows the setup; nothing is changed."""

    step_id = "preview"
    title = N_("Review setup")
    sentence = N_("Nothing has changed yet.")

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._read_at: datetime | None = None
        self.ask_first_mapping: Callable[[Any], bool] = lambda rows: ask_first_mapping(self.window(), rows)
        self.requests = EntraRequests(context, self)
        self.requests.allow = self._allow
        self.again = secondary(_("Refresh"), "readAgain", icon="refresh")
        self.first = secondary(
            _("Restore original mapping…"), "restoreFirstMapping", icon="undo", busy=_("Restoring…")
        )
        self.first.hide()
        self.actions_row.addWidget(self.first)
        self.actions_row.addWidget(self.again)
        self.wait = WaitCard("setupWait")
        self.strip = CountStrip(
            "forecast",
            [Count(name, _(words), icon, ink) for name, words, icon, ink in _FORECAST],
            _("Forecast"),
        )
        self.in_scope = LineLabel("small", "text2", elide=True)
        self.problem = MessageCard("warn")
        self.problem.setObjectName("forecastProblem")
        self.missing = MessageCard("warn")
        self.missing.setObjectName("missingRights")
        self._concerns = QVBoxLayout()
        self._concerns.setSpacing(px(8))
        self._boxes: dict[str, QCheckBox] = {}
        self.edits = EditsCard(self._keep)
        self.model = RowsModel(
            (
                Column(
                    _("What"),
                    lambda change: _what(change)[0],
                    216,
                    words=tuple(_(words) for words, _icon in _STEPS.values()),
                    mark=lambda change: Mark(_what(change)[1], "text2"),
                ),
                Column(_("Now"), before_words, share=2, ink="text2"),
                Column(_("After"), _after, share=3),
            ),
            key=lambda change: (change.step, change.key),
        )
        self.table = DataTable("setupTable", _("Changes in Entra ID"), self.model, sortable=False)
        self.table.set_empty("check-circle", _("Nothing to change"), _("Microsoft's service matches this job."))
        self.application = LineLabel("small", "text2", elide=True)
        self.notes = QVBoxLayout()
        self.notes.setSpacing(px(4))
        self._fill()
        self.again.clicked.connect(self.read)
        self.first.clicked.connect(self._restore_first)
        self.requests.ended.connect(lambda: self.first.set_busy(False))
        self.wait.cancelled.connect(lambda: self.tasks.cancel(Slot.PLAN_READ))
        self.strip.chosen.connect(self._show_people)

    # --- called by the window ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Read the setup, unless it is known."""
        self.requests.trouble.hide()
        self.requests.waiting.hide()
        if self.session.found.setup is None:
            self.read()
        self.refresh()

    def refresh(self) -> None:
        """Show the setup as it is known."""
        review = self.session.found.setup
        self.first.setVisible(review is not None and review.first is not None and bool(review.first.rows))
        for part in self._parts:
            part.setVisible(review is not None)
        if review is None:
            return
        self._show_forecast(review)
        self.edits.show_edits(review)
        self._show_concerns(review)
        self._show_changes(review)
        self.missing.setVisible(not review.can_carry_out and bool(review.missing))
        if review.missing:
            rights = comma_list(tuple(dict.fromkeys(each.permission for each in review.missing)))
            copy = MessageAction(
                _("Copy a request for your administrator"), "copyRequest", self._copy_request, False
            )
            allow = MessageAction(_("Sign in with more permissions"), "allowMore", self._allow)
            self.missing.show_text(
                "warn",
                _("You cannot change provisioning"),
                _("Missing permissions: {rights}.").format(rights=rights),
                (copy, allow),
            )

    def status(self) -> str:
        """How many people Microsoft's service would report as failed."""
        review = self.session.found.setup
        if review is None or review.forecast is None:
            return ""
        refused = len(review.forecast.plan.rejected)
        if not refused:
            return ""
        return ngettext(
            "Without a fix, Microsoft's service will report {n:,} failure.",
            "Without a fix, Microsoft's service will report {n:,} failures.",
            refused,
        ).format(n=refused)

    # --- reading -------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read Entra ID and AWS; Cancel ends it."""
        self.clear_message()
        job = self.session.draft
        self.session.found.setup, self.session.found.setup_result = None, None
        self.wait.show_progress(Progress(Message("waiting-for-microsoft")))
        self.wait.show()
        self.again.setEnabled(False)
        self.refresh()

        async def work(services: "Services", emit: Emit) -> "SetupReview":
            from wizard.flow.microsoft.setup import read_setup

            return await read_setup(services, job, emit)

        def events(found: tuple[Event, ...]) -> None:
            for event in found:
                if isinstance(event, Progress):
                    self.wait.show_progress(event)

        def ended() -> None:
            self.wait.hide()
            self.again.setEnabled(True)

        def done(review: "SetupReview") -> None:
            ended()
            if self.session.draft == job:
                self._read_at = datetime.now().astimezone()
                self.session.found.setup = review
            self.refresh()
            self.answered.emit()

        def failed(error: WizardError) -> None:
            ended()
            self.show_error(error, (MessageAction(_("Refresh"), "readOnceMore", self.read, False),))

        self.tasks.run(Slot.PLAN_READ, work, on_done=done, on_error=failed, on_event=events, on_cancel=ended)

    def _allow(self) -> None:
        self.requests.allow_more("provisioning", then=self.read)

    def _restore_first(self) -> None:
        """Show what going back to the first mapping changes, and do it when the person says so."""
        review = self.session.found.setup
        first = review.first if review is not None else None
        if first is None or self.tasks.is_running(Slot.SERVICE_CHANGE) or not self.ask_first_mapping(first.rows):
            return
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> None:
            from wizard.flow.microsoft.setup import restore_first_mapping

            await restore_first_mapping(services, job, first)

        def done(_nothing: None) -> None:
            self.shell.notify(_("The original mapping was restored in Entra ID."))
            self.read()

        self.first.set_busy(True)
        self.requests.run(
            Message("waiting-for-microsoft"), work, done, self._restore_first, slot=Slot.SERVICE_CHANGE
        )

    # --- answers --------------------------------------------------------------------------------------------------

    def _accept(self, code: str, on: bool) -> None:
        accepted = self.session.found.setup_accepted
        self.session.found.setup_accepted = accepted | {code} if on else accepted - {code}
        self.answered.emit()

    def _keep(self, keys: tuple[str, ...]) -> None:
        """Take Microsoft's values into the job."""
        review = self.session.found.setup
        if review is None:
            return
        from wizard.flow.microsoft.setup import keep_microsofts

        self.answer(keep_microsofts(review, keys))
        self.read()

    def _copy_request(self) -> None:
        review = self.session.found.setup
        if review is not None:
            QApplication.clipboard().setText(request_for_administrator(review.job, review.missing))
            self.shell.notify(_("Copied. Send it to an administrator of the tenant."))

    def _show_people(self, count: str) -> None:
        """Name the people of a count below the strip."""
        review = self.session.found.setup
        plan = review.forecast.plan if review is not None and review.forecast is not None else None
        names: tuple[str, ...] = ()
        if plan is not None and count == "refused":
            names = tuple(
                _("{name} ({reason})").format(name=each.label, reason=messages.title(each.message))
                for each in plan.rejected
            )
        elif plan is not None and count:
            kind = "group" if count == "groups" else "user"
            actions = {"created": ("create",), "groups": ("create",), "updated": ("update",)}.get(
                count, ("disable", "delete")
            )
            names = tuple(each.label for each in plan.changes if each.kind == kind and each.action in actions)
        self.names.setText(listed_with_more(names[:_MOST_NAMES], len(names) - _MOST_NAMES))
        self.names.setVisible(bool(names))

    # --- what it shows -------------------------------------------------------------------------------------------

    def _show_forecast(self, review: "SetupReview") -> None:
        when = day_and_time(self._read_at, place="when") if self._read_at is not None else ""
        self.set_sentence(
            _("Read from Entra ID and AWS {time}. Nothing has changed yet.").format(time=when)
            if when
            else _(self.sentence)
        )
        forecast = review.forecast
        self.strip.setVisible(forecast is not None)
        job = review.configured.job
        self._forecast_title.setText(
            _("Forecast for the next cycle")
            if job is not None and job.was_started
            else _("Forecast for the initial cycle")
        )
        self.problem.setVisible(review.forecast_problem is not None)
        if review.forecast_problem is not None:
            self.problem.show_message("warn", review.forecast_problem)
        if forecast is None:
            self.in_scope.setText("")
            return
        counts: dict[str, Any] = plan_counts(forecast.plan)
        users, groups = counts["users"], counts["groups"]
        numbers = {
            "created": users["created"],
            "updated": users["updated"],
            "lost": users["disabled"] + users["deleted"],
            "refused": len(forecast.plan.rejected),
            "groups": groups["created"],
        }
        for name, number in numbers.items():
            self.strip.set_number(name, number)
        self.in_scope.setText(_("Calculated on this computer"))
        _replace(self.notes, [messages.text(each) for each in (*forecast.caveats, *review.plan.notes)])

    def _show_concerns(self, review: "SetupReview") -> None:
        discard_all(self._concerns)
        self._boxes.clear()
        for concern in review.concerns:
            if concern.code == "edited-at-microsoft" and self.edits.shows_all(review):
                self._boxes[concern.code] = self.edits.add_box(self._box(concern))
                continue
            card = MessageCard()
            card.setObjectName("setupConcern")
            card.show_message("bad" if concern.blocking else "warn", concern.message)
            if concern.code == "engine-differences":
                listed = "\n".join(f"•  {messages.text(each.message)}" for each in review.differences)
                card.show_text("warn", messages.title(concern.message), listed)
            if not concern.blocking:
                self._boxes[concern.code] = self._box(concern)
                card.add_extra(self._boxes[concern.code])
            self._concerns.addWidget(card)
        self._concern_cards.setVisible(self._concerns.count() > 0)

    def _box(self, concern: "SetupConcern") -> QCheckBox:
        """The check box that accepts a concern."""
        box = QCheckBox(messages.accept(concern.message) or _("Accept"))
        box.setObjectName("acceptSetup")
        box.setChecked(concern.code in self.session.found.setup_accepted)
        box.toggled.connect(lambda on: self._accept(concern.code, on))
        return box

    def _show_changes(self, review: "SetupReview") -> None:
        name = review.configured.application.name if review.configured.application else ""
        self.application.setText(_("In the application “{name}”").format(name=name) if name else "")
        self.model.set_rows(review.plan.changes)
        shown = min(max(len(review.plan.changes), 2), _MOST_ROWS)
        self.table.frame.setFixedHeight(px(32) * (shown + 1) + px(4))

    def _fill(self) -> None:
        self.names = Paragraph(kind="small", ink="text2")
        self.names.setObjectName("forecastNames")
        self.names.hide()
        self._forecast_title = heading("")
        forecast = _section(self._forecast_title, self.in_scope, self.strip, self.names, self.problem)
        changes = _section(heading(_("Changes in Entra ID")), self.application, self.table.frame)
        notes = QWidget()
        concerns = self._concern_cards = QWidget()
        concerns.setLayout(self._concerns)
        notes.setLayout(self.notes)
        for layout in (self._concerns, self.notes):
            layout.setContentsMargins(0, 0, 0, 0)
        good_to_know = _section(heading(_("Limits of the forecast")), label(""), notes)
        self._parts = (forecast, concerns, self.edits, changes, good_to_know)
        for card in (self.wait, self.missing, self.problem, self.requests.waiting, self.requests.trouble):
            card.hide()
        for part in (
            self.wait, self.requests.waiting, self.requests.trouble, self.missing, *self._parts,
        ):  # fmt: skip
            self.body.addWidget(part)
        self.body.addStretch(1)


_MOST_NAMES = 200
_MOST_ROWS = 12


class EditsCard(Card):
    """Settings and rows that were changed at Microsoft: keep them, or use the job's."""

    def __init__(self, keep: Callable[[tuple[str, ...]], None]) -> None:
        super().__init__(padded=False)
        self.setObjectName("microsoftsEdits")
        self._keep = keep
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.column.addLayout(self._rows)

    def show_edits(self, review: "SetupReview") -> None:
        """Show one row for each edit made at Microsoft; hidden without any."""
        discard_all(self._rows)
        edits = [edit for edit in review.plan.edits if edit.edited_at_microsoft and edit.can_keep]
        self.setVisible(bool(edits))
        if not edits:
            return
        title = ngettext(
            "{n:,} value was changed in Entra ID", "{n:,} values were changed in Entra ID", len(edits)
        ).format(n=len(edits))
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.addWidget(heading(title), 1)
        keep_all = small(_("Keep all values from Entra ID"), "keepAllOfMicrosofts")
        keep_all.clicked.connect(lambda: self._keep(tuple(edit.key for edit in edits)))
        row.addWidget(keep_all)
        self._rows.addWidget(head)
        for edit in edits:
            self._rows.addWidget(line())
            self._rows.addWidget(self._row(edit))

    @staticmethod
    def shows_all(review: "SetupReview") -> bool:
        """Return whether every edit made at Microsoft has its row here."""
        edited = [edit for edit in review.plan.edits if edit.edited_at_microsoft]
        return bool(edited) and all(edit.can_keep for edit in edited)

    def add_box(self, box: QCheckBox) -> QCheckBox:
        """Add the check box that replaces all of Microsoft's values, below the rows."""
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(px(16), px(8), px(16), px(8))
        row.addWidget(box)
        row.addStretch(1)
        self._rows.addWidget(line())
        self._rows.addWidget(foot)
        return box

    def _row(self, edit: "Edit") -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(px(16), px(6), px(16), px(6))
        row.setSpacing(px(12))
        named = edit_name(edit)
        name = label(named, "medium")
        values = LineLabel(elide=True)
        nothing = _("not provisioned")
        values.setText(
            _("Entra ID: {theirs} · This job: {ours}").format(
                theirs=value_words(edit.key, edit.theirs) or nothing,
                ours=value_words(edit.key, edit.ours) or nothing,
            )
        )
        keep = small(_("Keep the Entra ID value"), f"keep.{edit.key}")
        keep.setAccessibleName(_("Keep the Entra ID value of {attribute}").format(attribute=named))
        keep.clicked.connect(lambda: self._keep((edit.key,)))
        row.addWidget(name)
        row.addWidget(values, 1)
        row.addWidget(keep)
        return made


def _what(change: "SetupChange") -> tuple[str, str]:
    """(words, icon) of a change."""
    words, icon = _STEPS.get(change.step, ("", "dot"))
    return _(words) if words else change.step, icon


def _after(change: "SetupChange") -> str:
    said = messages.title(change.message)
    if not change.before or not change.after:
        return said
    return _("{setting}: {value}").format(setting=said, value=after_words(change))


def _section(title: QLabel, beside: QWidget, *parts: QWidget) -> QWidget:
    """A heading with a small sentence at its right, and what belongs to it."""
    made = QWidget()
    head = QHBoxLayout()
    head.setSpacing(px(16))
    head.addWidget(title)
    head.addWidget(beside, 1)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(px(8))
    column.addLayout(head)
    for part in parts:
        column.addWidget(part)
    return made


def _replace(layout: QVBoxLayout, sentences: list[str]) -> None:
    """One paragraph for each sentence."""
    discard_all(layout)
    for sentence in sentences:
        layout.addWidget(Paragraph(sentence, kind="small", ink="text2"))
