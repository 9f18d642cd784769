"""An action for errors about a missing file of the job: choose the file again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wizard.errors import WizardError
from wizard.messages.translation import _
from wizard.provisioning.job import SourceChoice
from wizard.ui.page import WizardPage
from wizard.ui.widgets import files
from wizard.ui.widgets.cards import MessageAction

_CODES = frozenset({"file-not-there", "file-not-accessible", "file-is-folder", "file-is-special"})


def choose_file_action(
    page: WizardPage, error: WizardError, then: Callable[[], object]
) -> tuple[MessageAction, ...]:
    """Return the action Choose file… for a missing file of the job, or (); `then` is called after the job was changed."""
    source = page.session.draft.source
    lost = str(error.message.args.get("file", ""))
    if error.message.code not in _CODES or source.kind != "file" or not lost:
        return ()
    members = Path(source.members_file).name == lost and Path(source.users_file).name != lost

    def choose() -> None:
        title = _("Choose the file with group members") if members else _("Choose the file with people")
        path = files.open_file(
            page, title, _(files.DIRECTORIES), source.members_file if members else source.users_file
        )
        if path is not None:
            page.answer(replace(page.session.draft, source=_with_file(page.session.draft.source, path, members)))
            then()

    return (MessageAction(_("Choose file…"), "chooseFile", choose, flat=False, icon="folder"),)


def _with_file(source: SourceChoice, path: Path, members: bool) -> SourceChoice:
    return replace(source, members_file=str(path)) if members else replace(source, users_file=str(path))
