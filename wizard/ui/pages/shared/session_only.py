"""The message of a job for this session only: it is not stored, and can be turned into a saved job."""

from wizard.messages.translation import _
from wizard.ui.page import WizardPage
from wizard.ui.widgets.cards import MessageAction

_CAUSE = "sessionOnly"


def show_session_only(page: WizardPage) -> None:
    """Show or remove the message."""
    if not page.session.is_session_only:
        page.clear_message(_CAUSE)
        return
    text = _("Its settings, history, and log are removed when you leave it or close the window.")
    action = MessageAction(_("Use this setup with my tenant"), "useWithMyTenant", lambda: _use(page), flat=False)
    page.show_message("info", _("This job is for this session only"), text, (action,), cause=_CAUSE)


def _use(page: WizardPage) -> None:
    """Start a new job with the same mapping, filters and settings, without source and target."""
    from wizard.flow.jobs.transfer import for_own_tenant  # not with the first window

    session, navigator = page.session, page.context.navigator
    session.begin(for_own_tenant(session.draft))
    navigator.begin()
    page.shell.show_step()
    page.shell.notify(_("Mapping, filters, and settings were copied. Choose your source."))
