"""The message about edits that were not reviewed yet: on Preview with Apply, on Monitor with Review changes."""

from wizard.messages.translation import _
from wizard.ui.page import WizardPage
from wizard.ui.widgets.cards import MessageAction

_CAUSE = "edited"


def show_edits(page: WizardPage, *, reviewing: bool = False, planned: bool = False) -> None:
    """Show or remove the message. reviewing: on Preview; planned: with the plan of the edited job, so it can be applied."""
    if not page.session.edited():
        page.clear_message(_CAUSE)
        return
    discard = MessageAction(_("Discard edits…"), "discardEdits", page.shell.discard_edits)
    if reviewing:
        text = _("Run applies your edits and starts now. Apply saves them for the next run.")
        action = MessageAction(_("Apply"), "applyEdits", page.shell.apply_edits, flat=False)
    else:
        text = _("Schedules and commands use the last reviewed version.")
        action = MessageAction(_("Review changes"), "reviewEdits", lambda: _review(page), flat=False)
    actions = (action, discard) if planned or not reviewing else (discard,)
    page.show_message("warn", _("Edited, not yet reviewed"), text, actions, cause=_CAUSE)


def _review(page: WizardPage) -> None:
    navigator = page.context.navigator
    if navigator.review_changes() or navigator.go_to_open_step():
        page.shell.show_step()
