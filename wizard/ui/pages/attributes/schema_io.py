"""Import and export of the mapping as Entra's schema: the dialogs, the tasks, and the summary of an import."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard import messages
from wizard.errors import WizardError
from wizard.messages import Noun, counted
from wizard.messages.translation import N_, _, ngettext
from wizard.provisioning.job import Job
from wizard.ui.page import WizardPage
from wizard.ui.tasks import Emit, Slot, Work
from wizard.ui.theme.colors import Tone
from wizard.ui.widgets import files

if TYPE_CHECKING:
    from wizard.flow.mapping.schema_files import Remark
    from wizard.flow.services import Services

_FILTERS = N_("Entra schema (*.json);;All files (*)")
_MOST_REMARKS = 3
"""Remarks shown in full."""


@dataclass(frozen=True, slots=True)
class SchemaRead:
    """A job with the tables and filters of a file."""

    job: Job
    before: Job
    remarks: "tuple[Remark, ...]"
    """Rows that are not supported and are kept unchanged."""


class SchemaFiles:
    """Imports and exports in the background; `settle` stores typed text first, `take` gets the result of an import."""

    def __init__(
        self, page: WizardPage, settle: Callable[[], object], take: Callable[[str, SchemaRead], None]
    ) -> None:
        self._page = page
        self._settle = settle
        self._take = take

    def ask_import(self) -> None:
        """Ask for a file and import it."""
        path = files.open_file(self._page, _("Import Entra schema"), _(_FILTERS))
        if path is not None:
            self.import_from(path)

    def ask_export(self) -> None:
        """Ask for a file and export to it."""
        path = files.save_file(self._page, _("Export Entra schema"), "schema.json", _(_FILTERS))
        if path is not None:
            self.export_to(path)

    def import_from(self, path: Path) -> None:
        """Import tables and filters of a file into the job."""
        self._settle()
        job = self._page.session.draft

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            from wizard.flow.mapping import schema_files

            return await to_thread.run_sync(schema_files.import_mappings, job, path)

        def done(found: "tuple[Job, tuple[Remark, ...]]") -> None:
            now, (read, remarks) = self._page.session.draft, found
            if now.id == job.id:  # keep other changes made meanwhile
                scope = replace(
                    now.scope, user_filter=read.scope.user_filter, group_filter=read.scope.group_filter
                )
                self._take(path.name, SchemaRead(replace(now, mappings=read.mappings, scope=scope), now, remarks))

        self._run(Slot.SCHEMA_IMPORT, work, done)

    def export_to(self, path: Path) -> None:
        """Export the job's tables and filters to a file."""
        self._settle()
        job = self._page.session.draft

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            from wizard.flow.mapping import schema_files

            return await to_thread.run_sync(schema_files.export_mappings, job, path)

        def done(_written: None) -> None:
            self._page.shell.notify(_("Schema exported to {file}.").format(file=path.name))

        self._run(Slot.SCHEMA_EXPORT, work, done)

    @staticmethod
    def words(name: str, found: SchemaRead) -> tuple[Tone, str, str]:
        """Return tone, title and text of the message about an import."""
        title = _("Mapping imported from {file}").format(file=name)
        lines = [_imported(found)]
        if found.job.scope != found.before.scope:
            lines.append(_("Scoping filters were imported too. Check Scope."))
        if not found.remarks:
            return "ok", title, "\n".join(filter(None, lines))
        count = len(found.remarks)
        title = ngettext(
            "Mapping imported from {file}; {n:,} item is not supported",
            "Mapping imported from {file}; {n:,} items are not supported",
            count,
        ).format(file=name, n=count)
        lines.append(_("Not supported and kept unchanged:"))
        for remark in found.remarks[:_MOST_REMARKS]:
            text = _("• {attribute}: {remark}") if remark.target else _("• {remark}")
            lines.append(text.format(attribute=remark.target, remark=messages.text(remark)))
        rest = count - _MOST_REMARKS
        if rest > 0:
            text = ngettext("and {n:,} more, marked in the table", "and {n:,} more, marked in the table", rest)
            lines.append(text.format(n=rest))
        return "warn", title, "\n".join(filter(None, lines))

    def _run(self, slot: Slot, work: Work[Any], done: Callable[[Any], None]) -> None:
        page = self._page

        def failed(error: WizardError) -> None:
            page.show_error(error, cause="schema")

        page.clear_message("schema")
        page.tasks.run(slot, work, on_done=done, on_error=failed)


def _imported(found: SchemaRead) -> str:
    """Return the numbers of imported attributes; a table that the file lacks was kept."""
    mappings, before = found.job.mappings, found.before.mappings
    has_people, has_groups = mappings.users is not before.users, mappings.groups is not before.groups
    people = counted(len(mappings.users), Noun.ATTRIBUTE)
    groups = counted(len(mappings.groups), Noun.ATTRIBUTE)
    if has_people and has_groups:
        return _("{people} of people and {groups} of groups.").format(people=people, groups=groups)
    if has_people:
        return _("{people} of people.").format(people=people)
    return _("{groups} of groups.").format(groups=groups) if has_groups else ""
