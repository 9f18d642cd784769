"""Step 6, Monitor for Microsoft's service: its state in words, progress, held deletions, Microsoft's log, one person."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout

from wizard import messages
from wizard.errors import Message, WizardError
from wizard.flow.microsoft.administrator import request_for_administrator
from wizard.messages import Noun, counted
from wizard.ui.formats import clock
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.pages.microsoft.one import OnePanel
from wizard.ui.pages.microsoft.service_card import ServiceCard, TokenCard
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.pages.shared.log_rows import WIDTH, LogDetail, log_columns
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px
from wizard.ui.widgets.buttons import flat, secondary
from wizard.ui.widgets.cards import MessageAction, MessageCard
from wizard.ui.widgets.choices import SegmentedSwitch
from wizard.ui.widgets.fields import SearchField
from wizard.ui.widgets.labels import heading, label
from wizard.ui.widgets.tables.data_table import DataTable
from wizard.ui.widgets.tables.rows_model import RowsModel

if TYPE_CHECKING:
    from wizard.flow.microsoft.models import EngineStatus, LogPage, TokenReplaced
    from wizard.flow.services import Services

_LOG = (("all", "All"), ("failure", "Failed"), ("skipped", "Skipped"), ("warning", "Held"))


class ServicePage(WizardPage):
    """Reads Microsoft's job again and again, as often as its state asks for."""

    step_id = "monitor"
    title = "Monitor"
    sentence = "Microsoft's service provisions this job."

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self._job_id = ""
        self._status: EngineStatus | None = None
        self._read_at: datetime | None = None
        self.requests = EntraRequests(context, self)
        self.requests.allow = lambda: self.requests.allow_more("provisioning")
        self.one_button = secondary("Provision one…", "provisionOne", icon="person")
        self.pause = secondary("Pause", "pauseService", icon="pause", busy="Pausing…")
        self.restart = secondary("Restart…", "restartService", icon="refresh", busy="Restarting…")
        for button in (self.one_button, self.pause, self.restart):
            self.actions_row.addWidget(button)
        self.card = ServiceCard()
        self.token = TokenCard()
        self.one = OnePanel(self)
        self.missing = MessageCard("warn")
        self.missing.setObjectName("missingRights")
        self.switch = SegmentedSwitch("logShow", _LOG, "What to show of the log")
        self.search = SearchField("logSearch", "Find in the log")
        self.more = flat("Load more", "loadMore")
        self.log_age = label("", "small", "text2")
        self.model = RowsModel(log_columns(lambda row: row, detail=False), key=lambda row: row.request_id)
        self.table = DataTable("log", "Provisioning log", self.model)
        self.table.set_empty("clock", "No entries yet", "Entries appear some minutes after Microsoft acted.")
        self.detail = LogDetail()
        self._oldest = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.read)
        self._fill()
        self._connect()

    # --- called by the window ------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Read state and log."""
        if self._job_id != self.session.draft.id:
            self._job_id = self.session.draft.id
            self._status = None
            self.model.set_rows(())
            self.search.clear()
            self.switch.choose("all")
            self.detail.show_row(None)
            self.one.forget()
        for part in (self.token, self.one, self.requests.trouble, self.requests.waiting):
            part.hide()
        self.refresh()
        self.read()
        self._read_log("")

    def on_leave(self) -> None:
        """Stop reading again."""
        self._timer.stop()
        self.token.forget()

    def refresh(self) -> None:
        """Show the state as it is known."""
        status = self._status
        self.card.setVisible(status is not None)
        for button in (self.one_button, self.pause, self.restart):
            button.setEnabled(status is not None and bool(status.job_id))
        if status is None:
            return
        active = status.status.remedy not in ("start", "setup")
        self.pause.change_text("Pause" if active else "Resume")
        self.pause.change_icon("pause" if active else "play")
        self.pause.setEnabled(status.status.remedy != "setup")
        self.one_button.setEnabled(bool(status.job_id) and status.status.tone != "bad")
        self.card.show_status(status)
        self.missing.setVisible(bool(status.missing))
        if status.missing:
            rights = ", ".join(dict.fromkeys(each.permission for each in status.missing))
            copy = MessageAction("Copy a request for your administrator", "copyRequest", self._copy_request, False)
            self.missing.show_text(
                "warn", "Some of it cannot be shown", f"Missing permissions: {rights}.", (copy,)
            )

    def status(self) -> str:
        """When it was read last, and when again."""
        if self._status is None or self._read_at is None:
            return ""
        minutes = max(1, round(self._status.status.poll_seconds / 60))
        return f"Last checked {clock(self._read_at)}, again every {counted(minutes, Noun.MINUTE)}"

    def skip_action(self) -> tuple[str, Callable[[], None]] | None:
        """Alerts, for a job that is saved."""
        return None if self.session.is_session_only else ("Alerts…", self.shell.open_alerts)

    # --- reading -------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read Microsoft's job."""
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> "EngineStatus":
            from wizard.flow.microsoft.watch import read_status

            return await read_status(services, job)

        self.requests.run(
            Message("waiting-for-microsoft"), work, self._show_status, self.read, slot=Slot.SERVICE_READ
        )

    def _show_status(self, status: "EngineStatus") -> None:
        self._status, self._read_at = status, datetime.now().astimezone()
        self.refresh()
        self.answered.emit()
        if self.isVisible():
            self._timer.start(int(status.status.poll_seconds * 1000))

    def _read_log(self, before: str) -> None:
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> "LogPage":
            from wizard.flow.microsoft.watch import read_log_page

            return await read_log_page(services, job, before)

        def done(page: "LogPage") -> None:
            rows = (*self.model.rows, *page.rows) if before else page.rows
            self._oldest = page.oldest
            self.model.set_rows(rows)
            self.more.setVisible(bool(page.oldest))
            self.log_age.setText(f"Read {clock(datetime.now().astimezone())}; entries arrive some minutes late")

        def failed(error: WizardError) -> None:
            self.table.set_empty("info", messages.title(error), messages.advice(error))

        self.more.hide()
        self.tasks.run(Slot.LOG_PAGE, work, on_done=done, on_error=failed)

    # --- steering ------------------------------------------------------------------------------------------------

    def _change(self, name: str, *arguments: Any) -> None:
        """Steer Microsoft's job by a function of `flow.microsoft.watch`."""
        job = self.session.draft

        async def work(services: "Services", _emit: Emit) -> "EngineStatus":
            from wizard.flow.microsoft import watch

            found: EngineStatus = await getattr(watch, name)(services, job, *arguments)
            return found

        self.requests.run(
            Message("waiting-for-microsoft"),
            work,
            self._show_status,
            lambda: self._change(name, *arguments),
            slot=Slot.SERVICE_CHANGE,
        )

    def _pause_or_resume(self) -> None:
        if self._status is None:
            return
        if self._status.status.remedy == "start":
            self._ask_start()
        else:
            self._change("pause")

    def _ask_start(self) -> None:
        text = "Microsoft provisions everyone in scope about every 40 minutes, without asking."
        if self.shell.confirm("Start Microsoft's provisioning service?", text, "Start", danger=False):
            self._change("start")

    def _ask_restart(self) -> None:
        text = "Microsoft reads the whole tenant again and checks everyone. That takes longer than a usual cycle."
        if self.shell.confirm("Restart provisioning?", text, "Restart", danger=False):
            self._change("restart")

    def _remedy(self) -> None:
        remedy = self._status.status.remedy if self._status is not None else ""
        match remedy:
            case "setup":
                self.session.found.setup = None
                self.context.navigator.go_to_preview()
                self.shell.show_step()
            case "start":
                self._ask_start()
            case "restart":
                self._ask_restart()
            case "token":
                self.token.show()
                self.token.field.setFocus()
            case "allow-deletes":
                self.card.held.setVisible(self.card.held.isHidden())

    def _allow_deletes(self) -> None:
        """Let held deletions through, after their number was typed."""
        held = self._status.held if self._status is not None else ()
        count = len(held)
        typed = self.shell.ask_text(
            f"Remove access for {counted(count, Noun.OBJECT)}?", f"Type {count} to confirm", "", "Remove access"
        )
        if typed == str(count):
            self._change("allow_deletes", count)
        elif typed:
            self.shell.notify("The number differs. Nothing was changed.")

    def _replace_token(self, token: str) -> None:
        job, session_only = self.session.draft, self.session.is_session_only

        async def work(services: "Services", _emit: Emit) -> "TokenReplaced":
            from wizard.flow.microsoft.credentials import replace_token

            return await replace_token(services, job, token, session_only)

        def done(replaced: "TokenReplaced") -> None:
            self.token.set_busy(False)
            if replaced.is_whole:
                self.token.forget()
                self.token.hide()
                self._change("restart")
                return
            parts = [
                f"{where}: {messages.text(why) if why is not None else 'has the new token'}"
                for where, why in (("This computer", replaced.here), ("Microsoft", replaced.microsoft))
            ]
            self.requests.say("bad", "The token was not replaced everywhere", " ".join(parts))

        self.token.set_busy(True)
        self.requests.ended.connect(lambda: self.token.set_busy(False), Qt.ConnectionType.SingleShotConnection)
        self.requests.run(Message("waiting-for-microsoft"), work, done, None, slot=Slot.SERVICE_CHANGE)

    def _copy_request(self) -> None:
        if self._status is not None:
            text = request_for_administrator(self.session.draft, self._status.missing)
            QApplication.clipboard().setText(text)
            self.shell.notify("Copied. Send it to an administrator of the tenant.")

    # --- what it shows -------------------------------------------------------------------------------------------

    def _filter(self) -> None:
        choice = self.switch.choice
        self.model.set_filter(self.search.text(), None if choice == "all" else lambda row: row.status == choice)

    def set_narrow(self, narrow: bool) -> None:
        """Use less width for the details in a narrow window."""
        super().set_narrow(narrow)
        if hasattr(self, "detail"):
            self.detail.setFixedWidth(px(280 if narrow else WIDTH))

    def _fill(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(px(8))
        self.search.setFixedWidth(px(160))
        head.addWidget(heading("Provisioning log"))
        head.addWidget(self.switch)
        head.addWidget(self.search)
        head.addStretch(1)
        head.addWidget(self.log_age)
        self.table.setMinimumHeight(px(240))
        log = QHBoxLayout()
        log.setSpacing(px(16))
        left = QVBoxLayout()
        left.setSpacing(px(4))
        left.addWidget(self.table.frame, 1)
        left.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        log.addLayout(left, 1)
        log.addWidget(self.detail)
        for part in (
            self.card, self.token, self.one, self.requests.waiting, self.requests.trouble, self.missing,
        ):  # fmt: skip
            self.body.addWidget(part)
            part.hide()
        self.body.addLayout(head)
        self.body.addLayout(log, 1)

    def _connect(self) -> None:
        self.card.remedy.clicked.connect(self._remedy)
        self.card.allow.clicked.connect(self._allow_deletes)
        self.card.portal.clicked.connect(self._open_portal)
        self.pause.clicked.connect(self._pause_or_resume)
        self.restart.clicked.connect(self._ask_restart)
        self.one_button.clicked.connect(self.one.open)
        self.token.replaced.clicked.connect(lambda: self._replace_token(self.token.field.text().strip()))
        self.switch.chosen.connect(lambda _choice: self._filter())
        self.search.textChanged.connect(lambda _text: self._filter())
        self.more.clicked.connect(lambda: self._read_log(self._oldest))
        self.table.row_chosen.connect(self.detail.show_row)
        self.detail.fix_asked.connect(self.shell.go_to)
        self.detail.again_asked.connect(lambda _kind, source_id: self.one.open(source_id))

    def _open_portal(self) -> None:
        if self._status is not None and self._status.portal_url:
            QDesktopServices.openUrl(QUrl(self._status.portal_url))
