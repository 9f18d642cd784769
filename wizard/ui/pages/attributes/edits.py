"""What a person does to the tables, each as a step that can be undone."""

from collections.abc import Callable
from dataclasses import replace

from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import TableKind
from wizard.flow.mapping.history import MappingHistory, MappingStep
from wizard.flow.steps.session import Session
from wizard.mapping.attribute_mapping import AttributeMapping, Mappings
from wizard.provisioning.job import Job, Scope
from wizard.provisioning.words import short_name

_TYPED = ("source", "default")
"""Fields that are written letter by letter: one step of undo."""
Place = tuple[TableKind | str, str]
"""Table and target attribute of a row; ("", "") = of none."""


class MappingEdits:
    """Changes of the job's tables; `answer` takes the changed job and shows it."""

    def __init__(self, session: Session, answer: Callable[[Job], None]) -> None:
        self._session = session
        self._answer = answer
        self._job_id = ""
        self.history = MappingHistory()

    def follow(self, job: Job) -> None:
        """Another job has no steps yet."""
        if job.id != self._job_id:
            self._job_id = job.id
            self.history.clear()

    def take(self, job: Job, words: str, key: str = "") -> bool:
        """Take a changed job; False where tables and scope are the same."""
        before = self._session.draft
        scopes = (before.scope, job.scope) if before.scope != job.scope else None
        self.history.remember(MappingStep(words, before.mappings, job.mappings, key, scopes))
        self._answer(job)
        return job.mappings != before.mappings or scopes is not None

    def take_mappings(self, mappings: Mappings, words: str) -> bool:
        """Take changed tables."""
        return self.take(flow.remapped(self._session.draft, mappings), words)

    def edit(self, kind: TableKind, mapping: AttributeMapping, field: str, nth: int) -> None:
        """Take a changed row, the `nth` of its target."""
        key = f"{kind}.{mapping.target}.{nth}.{field}" if field in _TYPED else ""
        words = f"the change of {short_name(mapping.target)}"
        self.take(flow.edited(self._session.draft, kind, mapping.target, mapping, nth), words, key)

    def undo(self) -> Place | None:
        """Take the last step back; the row that differs, None = there was no step."""
        step = self.history.undo()
        return self._moved(step.after, step.before, step.scopes and step.scopes[0]) if step else None

    def redo(self) -> Place | None:
        """Do the last undone step again; the row that differs, None = there was none."""
        step = self.history.redo()
        return self._moved(step.before, step.after, step.scopes and step.scopes[1]) if step else None

    def _moved(self, left: Mappings, now: Mappings, scope: Scope | None) -> Place:
        job = flow.remapped(self._session.draft, now)
        self._answer(replace(job, scope=scope) if scope is not None else job)
        return flow.difference(left, now)
