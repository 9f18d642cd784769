"""The part of the Directory page for an Entra ID tenant: sign-in, application, who is read, assignments."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from wizard.errors import Message, WizardError
from wizard.flow.directory.entra_models import (
    SANDBOX,
    Assigned,
    Enterprise,
    SignedIn,
    consent_url,
)
from wizard.flow.services import SandboxAddress
from wizard.messages.formats import listed
from wizard.messages.translation import _, ngettext
from wizard.progress import Progress
from wizard.provisioning.job import EntraChoice, Job
from wizard.ui.page import PageContext
from wizard.ui.pages.directory.entra.application import ApplicationChoice, ReadChoice
from wizard.ui.pages.directory.entra.assignments import AssignmentsPart
from wizard.ui.pages.directory.entra.guide import RegistrationGuide
from wizard.ui.pages.directory.entra.sign_in import SignedInCard, SignInForm
from wizard.ui.pages.shared.entra_requests import EntraRequests
from wizard.ui.pages.shared.microsoft import ExistingService
from wizard.ui.tasks import Emit, Slot
from wizard.ui.theme.fonts import px

if TYPE_CHECKING:
    from wizard.flow.services import Services

_BY_A_PERSON = ("browser", "device-code")
_NAMED = 3
"""Up to so many assignments are named in a question."""


class EntraPart(QWidget):
    """Everything needed before the tenant can be read. `answered` carries the changed EntraChoice."""

    answered = Signal(object)
    changed = Signal()
    """More is known about the tenant."""
    ready = Signal()
    """The tenant can be read now; an earlier reading is outdated."""
    listing = Signal(bool)
    """Whether the assignments are shown in place of the page."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.context = context
        self.requests = EntraRequests(context, self)
        self.requests.allow = lambda: self.sign_in(configure=True)
        self.requests.add_role = self._add_role
        self._editing = False
        """The form is open although an account is signed in."""
        self.form = SignInForm()
        self.card = SignedInCard(self._edit, self._sign_out)
        self.guide = RegistrationGuide()
        self.application = ApplicationChoice()
        self.read = ReadChoice()
        self.assignments = AssignmentsPart()
        self.existing = ExistingService(context)
        self._fill()
        self._listen()

    # --- content -------------------------------------------------------------------------------------------

    @property
    def choice(self) -> EntraChoice:
        """The draft's EntraChoice."""
        return self.context.session.draft.source.entra

    def enter(self) -> None:
        """Read who is signed in, then applications, assignments and directory."""
        self._editing = False
        self.requests.trouble.hide()
        self.requests.waiting.hide()
        self.guide.hide()
        self.form.forget_secret()
        self._show_listing(False)
        self.refresh()
        self._look_for_browser()
        if self.context.session.found.signed_in is None and self.choice.tenant and self.choice.client_id:
            job = self.context.session.draft
            self.requests.run(
                Message("waiting-for-keyring"), lambda services, _emit: services.entra.who(job), self._known
            )
        elif self.context.session.found.signed_in is not None:
            self._look_further()

    def refresh(self) -> None:
        """Show the draft and its tenant."""
        found, choice = self.context.session.found, self.choice
        signed_in = found.signed_in
        self.form.show_choice(choice, signed_in is not None and choice.sign_in not in _BY_A_PERSON)
        self.form.setVisible((signed_in is None or self._editing) and not self.requests.by_hand)
        self.form.sandbox.setVisible(signed_in is None and choice.cloud != SANDBOX)
        self.card.setVisible(signed_in is not None and not self._editing)
        if signed_in is not None:
            self.card.show_signed_in(signed_in, choice, found.enterprise.tenant_name if found.enterprise else "")
        self.guide.show_consent(consent_url(choice))
        self._below.setVisible(signed_in is not None)
        self.application.show_enterprise(found.enterprise, choice)
        self.read.show_choice(choice, found.assigned)
        self.assignments.show_assigned(found.assigned, choice.application_name)
        self.existing.refresh()

    def _look_for_browser(self) -> None:
        """Offer the device code first if no browser opens here, and choose it for a new job."""

        async def work(_services: "Services", _emit: Emit) -> bool:
            from anyio import to_thread

            from wizard.flow.directory.browser import has_browser

            return await to_thread.run_sync(has_browser)

        def done(found: bool) -> None:
            self.form.set_browser(found)
            if not found and self.choice == EntraChoice():
                self.answered.emit(replace(self.choice, sign_in="device-code"))

        self.context.tasks.run(Slot.BROWSER_LOOKUP, work, on_done=done, on_error=lambda _error: None)

    # --- signing in ----------------------------------------------------------------------------------------------

    def sign_in(self, configure: bool = False) -> None:
        """Sign in as the job says; `configure`: with permissions to change applications, not only to read."""
        job, secret = self.context.session.draft, self.form.typed_secret
        session_only = self.context.session.found.token_kept == "session"

        async def work(services: "Services", emit: Emit) -> SignedIn:
            if job.source.entra.sign_in not in _BY_A_PERSON and secret:
                emit(Progress(Message("waiting-for-keyring")))
                await services.entra.keep_secret(job, secret, session_only)
            emit(Progress(Message("waiting-for-microsoft")))
            return await services.entra.sign_in(job, emit, configure, session_only)

        def done(signed_in: SignedIn) -> None:
            self.form.forget_secret()
            again = self.requests.take_again() if configure else None
            self._known(signed_in, further=again is None)
            self.card.change.setFocus()  # the control that had the focus is hidden
            if again is not None:
                again()

        self.requests.run(Message("waiting-for-microsoft"), work, done, at_once=True)
        self.guide.hide()
        self.refresh()
        self.requests.waiting.cancel.setFocus()

    def use_sandbox(self) -> None:
        """Start a tenant on this computer and sign in to it."""

        async def work(services: "Services", _emit: Emit) -> SandboxAddress:
            return await services.start_sandbox()

        def done(address: SandboxAddress) -> None:
            tenant = address.authority.rstrip("/").rpartition("/")[2]
            self.answered.emit(
                EntraChoice(
                    SANDBOX, tenant, address.client_id, authority=address.authority, graph_url=address.graph_url
                )
            )
            self.refresh()
            self.sign_in()

        self.requests.run(Message("starting-tenant"), work, done)

    def _known(self, signed_in: SignedIn | None, further: bool = True) -> None:
        self._editing = self._editing and signed_in is None
        self.context.session.found.signed_in = signed_in
        if signed_in is not None:
            self.context.session.found.source_error = None  # the missing sign-in may have been its cause
        self._show_changed()
        if signed_in is not None and further:
            self._look_further()

    def show_form(self) -> None:
        """Show the form: the sign-in is not valid any more."""
        self.context.session.found.signed_in = None
        self._show_changed()

    def _edit(self) -> None:
        self._editing = True
        self.refresh()
        self.form.tenant.setFocus()

    def _sign_out(self) -> None:
        job = self.context.session.draft

        def done(_nothing: object) -> None:
            found = self.context.session.found
            found.signed_in = found.enterprise = found.assigned = found.snapshot = found.inspection = None
            self._show_changed()

        self.requests.run(
            Message("waiting-for-keyring"),
            lambda services, _emit: services.entra.sign_out(job),
            done,
            slot=Slot.ENTRA_CHANGE,
        )

    # --- the application -----------------------------------------------------------------------------------------

    def _look_further(self) -> None:
        """Read the next missing part: applications, assignments, then the directory."""
        found = self.context.session.found
        if found.signed_in is None or not self.isVisible():  # `enter` continues when the page is shown again
            return
        if found.enterprise is None:
            self.look()
        elif found.assigned is None and self.choice.application_id:
            self._list_assigned()
        elif found.snapshot is None and found.source_error is None:
            self.ready.emit()

    def look(self) -> None:
        """Read the applications of the tenant."""
        from wizard.flow.directory import entra_application as flow

        job = self.context.session.draft

        def done(enterprise: Enterprise) -> None:
            self.context.session.found.enterprise = enterprise
            ids = {one.id: one for one in enterprise.applications}
            choice = self.choice
            if len(ids) == 1 and not choice.application_id and choice.scope == "assigned":
                (only,) = ids.values()
                self.answered.emit(replace(choice, application_id=only.id, application_name=only.name))
            self._show_changed()
            self._look_further()

        self.application.look.setEnabled(False)
        self.requests.run(
            Message("looking-for-application"),
            lambda services, _emit: flow.enterprise(services.entra, job),
            done,
        )

    def add(self, name: str) -> None:
        """Add the gallery's application to the tenant."""
        from wizard.flow.directory import entra_application as flow

        job = self.context.session.draft

        def done(made: Any) -> None:
            self.context.session.found.enterprise = None
            choice = replace(self.choice, application_id=made.id, application_name=made.name, scope="assigned")
            self.answered.emit(choice)
            self.context.shell.notify(_("“{application}” was added to the tenant.").format(application=made.name))
            self._look_further()

        self.application.add.set_busy(True)
        self.requests.run(
            Message("adding-application", name=name),
            lambda services, emit: flow.add(services.entra, job, name, emit),
            done,
            lambda: self.add(name),
            slot=Slot.ENTRA_CHANGE,
        )

    def _choose(self, choice: EntraChoice) -> None:
        self.answered.emit(choice)
        self.refresh()
        self._look_further()

    def _take_over(self, job: Job) -> None:
        self.context.session.answer(job)
        self._show_changed()
        self._look_further()

    # --- assignments -----------------------------------------------------------------------------------------

    def _list_assigned(self) -> None:
        from wizard.flow.directory import entra_application as flow

        job = self.context.session.draft

        def done(assigned: Assigned) -> None:
            self.context.session.found.assigned = assigned
            self._show_changed()
            self._look_further()

        self.requests.run(
            Message("reading-assignments"), lambda services, _emit: flow.assigned(services.entra, job), done
        )

    def _search(self, text: str) -> None:
        from wizard.flow.directory import entra_application as flow

        job = self.context.session.draft
        if not text:
            self.context.tasks.cancel(Slot.ENTRA_SEARCH)
            self.assignments.show_found((), "")
            return

        async def work(services: "Services", _emit: Emit) -> Any:
            return await flow.search(services.entra, job, text)

        def failed(error: WizardError) -> None:
            self.requests.show_error("bad", error)

        self.context.tasks.run(
            Slot.ENTRA_SEARCH,
            work,
            on_done=lambda found: self.assignments.show_found(found, text),
            on_error=failed,
        )

    def assign(self, principals: tuple[Any, ...]) -> None:
        """Assign people and groups with the role User."""
        from wizard.flow.directory import entra_application as flow

        job = self.context.session.draft
        if not principals or self.assignments.add.is_busy:
            return
        self.assignments.show_working(adding=True)
        self.requests.run(
            Message("assigning"),
            lambda services, _emit: flow.assign(services.entra, job, principals),
            self._show_assigned,
            lambda: self.assign(principals),
            slot=Slot.ENTRA_CHANGE,
        )

    def unassign(self, assignments: tuple[Any, ...]) -> None:
        """Remove assignments, after a confirmation."""
        from wizard.flow.directory import entra_application as flow

        job = self.context.session.draft
        count = len(assignments)
        title = (
            _("Remove the assignment of {names}?").format(names=listed([one.name for one in assignments]))
            if count <= _NAMED
            else ngettext("Remove {n:,} assignment?", "Remove {n:,} assignments?", count).format(n=count)
        )
        text = _("The next run treats people who are no longer in scope according to your safety settings.")
        if not assignments or not self.context.shell.confirm(title, text, _("Remove")):
            return
        self.assignments.show_working(removing=True)
        ids = tuple(one.id for one in assignments)
        self.requests.run(
            Message("removing-assignments"),
            lambda services, _emit: flow.unassign(services.entra, job, ids),
            self._show_assigned,
            lambda: self.unassign(assignments),
            slot=Slot.ENTRA_CHANGE,
        )

    def _show_assigned(self, assigned: Assigned) -> None:
        found = self.context.session.found
        found.assigned = assigned
        found.snapshot = found.inspection = found.source_error = None  # outdated
        self.context.session.drop_plan()
        self._show_changed()

    def _add_role(self) -> None:
        from wizard.flow.directory import entra_application as flow

        job, again = self.context.session.draft, self.requests.take_again()

        def done(_nothing: object) -> None:
            self.context.shell.notify(_("The role “User” was added to the application."))
            if again is not None:
                again()

        self.requests.run(
            Message("adding-role"),
            lambda services, _emit: flow.add_role(services.entra, job),
            done,
            self._add_role,
            slot=Slot.ENTRA_CHANGE,
        )

    def _show_listing(self, shown: bool) -> None:
        self.assignments.setVisible(shown)
        self._main.setVisible(not shown)
        self.listing.emit(shown)
        if shown:
            self.assignments.back.setFocus()
        elif self.isVisible():
            self.read.open.setFocus()
            self._look_further()

    # --- layout ----------------------------------------------------------------------------------

    def _end_busy(self) -> None:
        self.refresh()
        self.application.add.set_busy(False)
        self.application.look.setEnabled(True)
        self.assignments.show_working()

    def _show_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _listen(self) -> None:
        self.form.answered.connect(self.answered)
        self.form.asked.connect(self.sign_in)
        self.form.sandbox_asked.connect(self.use_sandbox)
        self.form.guide_asked.connect(self.guide.show)
        self.guide.closed.connect(self.guide.hide)
        self.guide.open_asked.connect(lambda url: self.requests.open_page(url))
        self.requests.ended.connect(self._end_busy)
        self.requests.signed_out.connect(self.show_form)
        self.application.chosen.connect(self._choose)
        self.application.add_asked.connect(self.add)
        self.application.look_asked.connect(self.look)
        self.read.chosen.connect(self._choose)
        self.read.assignments_asked.connect(lambda: self._show_listing(True))
        self.existing.taken.connect(self._take_over)
        self.assignments.closed.connect(lambda: self._show_listing(False))
        self.assignments.searched.connect(self._search)
        self.assignments.assign_asked.connect(self.assign)
        self.assignments.unassign_asked.connect(self.unassign)

    def _fill(self) -> None:
        self._below = QWidget()
        below = QHBoxLayout(self._below)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(px(24))
        below.addWidget(self.application, 1, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self.read, 1, Qt.AlignmentFlag.AlignTop)
        self._main = QWidget()
        main = QVBoxLayout(self._main)
        main.setContentsMargins(0, 0, 0, 0)
        main.setSpacing(px(16))
        for part in (self.guide, self.form, self.card, self.existing, self._below):
            main.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(16))
        column.addWidget(self.requests.waiting)
        column.addWidget(self.requests.trouble)
        column.addWidget(self._main)
        column.addWidget(self.assignments, 1)
        for hidden in (self.requests.waiting, self.requests.trouble, self.guide, self.assignments):
            hidden.hide()
