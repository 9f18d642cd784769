"""Import and export of the mapping as Entra's schema: the dialogs, the tasks, and the summary of an import."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard import messages
from wizard.errors import WizardError
from wizard.messages import Noun, counted
from wizard.provisioning.job import Job
from wizard.ui.formats import grouped
from wizard.ui.page import WizardPage
from wizard.ui.tasks import Emit, Slot, Work
from wizard.ui.theme.colors import Tone
from wizard.ui.widgets import files

if TYPE_CHECKING:
    from wizard.flow.mapping.schema_files import Remark
    from wizard.flow.services import Services

_FILTERS = "Graph schema (*.json);;All files (*)"
_TOLD = 3
"""Remarks shown in full."""


@dataclass(frozen=True, slots=True)
class SchemaRead:
    """A job with the tables and filters of a file."""

    job: Job
    before: Job
    remarks: "tuple[Remark, ...]"
    """What does not work here, and is kept unchanged."""


class SchemaFiles:
    """Imports and exports in the background; `settle` takes what was typed before, `take` what was read."""

    def __init__(
        self, page: WizardPage, settle: Callable[[], object], take: Callable[[str, SchemaRead], None]
    ) -> None:
        self._page = page
        self._settle = settle
        self._take = take

    def ask_import(self) -> None:
        """Ask for a file and import it."""
        path = files.open_file(self._page, "Import a schema from Entra", _FILTERS)
        if path is not None:
            self.import_from(path)

    def ask_export(self) -> None:
        """Ask for a file and export to it."""
        path = files.save_file(self._page, "Export the schema", "schema.json", _FILTERS)
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

        self._run(
            Slot.SCHEMA_EXPORT, work, lambda _written: self._page.shell.notify(f"Schema exported to {path.name}")
        )

    @staticmethod
    def words(name: str, found: SchemaRead) -> tuple[Tone, str, str]:
        """Return tone, title and text of the message about an import."""
        mappings, before = found.job.mappings, found.before
        told = []
        if mappings.users is not before.mappings.users:  # else the file has no table for people
            told.append(f"{counted(len(mappings.users), Noun.ATTRIBUTE)} of people")
        if mappings.groups is not before.mappings.groups:
            told.append(f"{counted(len(mappings.groups), Noun.ATTRIBUTE)} of groups")
        text = f"{' and '.join(told)}."
        if found.job.scope != before.scope:
            text += " Its scoping filters are imported too: check Scope."
        if not found.remarks:
            return "ok", f"Mapping imported from {name}", text
        lines = [": ".join(filter(None, (remark.target, messages.text(remark)))) for remark in found.remarks]
        rest = len(lines) - _TOLD
        if rest > 0:
            lines = [*lines[:_TOLD], f"And {grouped(rest)} more, marked in the table."]
        title = f"Mapping imported from {name}; {counted(len(found.remarks), Noun.THING)} cannot work here"
        return "warn", title, "\n".join((f"{text} Kept unchanged:", *lines))

    def _run(self, slot: Slot, work: Work[Any], done: Callable[[Any], None]) -> None:
        page = self._page

        def failed(error: WizardError) -> None:
            page.show_error(error, cause="schema")

        page.clear_message("schema")
        page.tasks.run(slot, work, on_done=done, on_error=failed)
