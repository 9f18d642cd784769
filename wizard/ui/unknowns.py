"""Shows on each page the open questions about AWS and Microsoft that matter there."""

from typing import TYPE_CHECKING

from wizard.errors import WizardError
from wizard.ui.page import PageContext, WizardPage
from wizard.ui.tasks import Emit, Slot

if TYPE_CHECKING:
    from wizard.flow.services import Services
    from wizard.flow.support.observing import Observations


STEPS = ("aws", "sign-on", "scope", "attributes", "settings", "preview")
"""Pages on which something may be unknown; the first window does without the imports for them."""


class Unknowns:
    """Reads what was seen on this computer once for each page that is shown; an edit asks for no new reading."""

    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._page: WizardPage | None = None
        self._seen: Observations | None = None

    def follow(self, page: WizardPage) -> None:
        """Show the open questions of this page; called when it is shown."""
        job = self._context.session.draft
        self._page, self._seen = page if page.step_id in STEPS else None, None
        page.unknowns.show_messages(())
        if self._page is None:
            return

        async def work(services: "Services", _emit: Emit) -> "Observations":
            from anyio import to_thread

            from wizard.flow.support.observing import load_all

            return await to_thread.run_sync(load_all, services.home, job.id, abandon_on_cancel=True)

        def done(seen: "Observations") -> None:
            if self._page is page:
                self._seen = seen
                self.refresh()

        def failed(_error: WizardError) -> None:
            done({})

        self._context.tasks.run(Slot.UNKNOWNS, work, on_done=done, on_error=failed)

    def refresh(self) -> None:
        """Show them for the job as it was edited."""
        if self._page is not None and self._seen is not None:
            from wizard.flow.support.unknowns import unknowns_of

            job = self._context.session.draft
            self._page.unknowns.show_messages(unknowns_of(self._page.step_id, job, self._seen))
