"""Changes of the mapping tables as commands of a QUndoStack."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from PySide6.QtGui import QUndoCommand, QUndoStack

from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import TableKind
from wizard.flow.steps.session import Session
from wizard.mapping.attribute_mapping import AttributeMapping, Mappings
from wizard.messages.translation import _
from wizard.provisioning.change import short_name
from wizard.provisioning.job import Job, Scope

UNDO_LIMIT = 200
_TYPED_FIELDS = ("source", "default")
"""Fields that are typed: consecutive changes of one of them are one undo step."""
_NO_MERGE = -1

Place = tuple[TableKind | str, str]
"""Table and target attribute of a row; ("", "") = none."""


class _State(NamedTuple):
    """The state that a command restores."""

    mappings: Mappings
    scope: Scope | None = None
    """None: unchanged. Only an imported schema changes it, with its scoping filters."""


class _MappingCommand(QUndoCommand):
    """One change of the tables. It was made before it is pushed, so the first `redo` does nothing."""

    def __init__(
        self, text: str, before: _State, after: _State, merge_id: int, restore: Callable[[_State, _State], None]
    ) -> None:
        super().__init__(text)
        self.before, self.after = before, after
        self._merge_id, self._restore = merge_id, restore
        self._pushed = False

    def id(self) -> int:
        """Return the id that commands to merge have in common."""
        return self._merge_id

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Append a later change of the same text; both vanish if they cancel out."""
        if not isinstance(other, _MappingCommand) or other.before != self.after:
            return False
        self.after = other.after
        self.setObsolete(self.before == self.after)
        return True

    def undo(self) -> None:
        """Restore the state before."""
        self._restore(self.after, self.before)

    def redo(self) -> None:
        """Restore the state after."""
        if self._pushed:
            self._restore(self.before, self.after)
        self._pushed = True


class MappingEdits:
    """Makes changes of the job's tables undoable.

    `answer` stores the changed job and shows it. It is called after the stack has changed, never by a command: showing
    a job may push the next command.
    """

    def __init__(self, session: Session, answer: Callable[[Job], None]) -> None:
        self._session = session
        self._answer = answer
        self._job_id = ""
        self._merge_ids = count()
        self._typing = ("", _NO_MERGE)
        """Key and merge id of the text that is being typed."""
        self._restored: tuple[_State, _State] | None = None
        self.stack = QUndoStack()
        self.stack.setUndoLimit(UNDO_LIMIT)

    def follow(self, job: Job) -> None:
        """Clear the stack if this is another job."""
        if job.id != self._job_id:
            self._job_id = job.id
            self.stack.clear()
            self.end_typing()

    def end_typing(self) -> None:
        """Make the next change an undo step of its own, because another row or field was selected."""
        self._typing = ("", _NO_MERGE)

    def take(self, job: Job, words: str, key: str = "") -> bool:
        """Store a changed job; False if tables and scope are unchanged.

        `words` names the change for "Undo: …", such as "change of title". Consecutive changes with one `key` are merged.
        """
        before = self._session.draft
        changed = job.mappings != before.mappings or job.scope != before.scope
        if changed:
            scopes = (before.scope, job.scope) if job.scope != before.scope else (None, None)
            states = _State(before.mappings, scopes[0]), _State(job.mappings, scopes[1])
            self.stack.push(_MappingCommand(words, *states, self._merge_id(key), self._remember))
        self._answer(job)
        return changed

    def take_mappings(self, mappings: Mappings, words: str) -> bool:
        """Store changed tables."""
        return self.take(flow.with_mappings(self._session.draft, mappings), words)

    def edit(self, kind: TableKind, mapping: AttributeMapping, field: str, nth: int) -> None:
        """Store a changed row, the `nth` of its target."""
        key = f"{kind}.{mapping.target}.{nth}.{field}" if field in _TYPED_FIELDS else ""
        words = _("change of {attribute}").format(attribute=short_name(mapping.target))
        self.take(flow.with_row(self._session.draft, kind, mapping.target, mapping, nth), words, key)

    def undo(self) -> Place | None:
        """Undo the last change; returns the row that differs, None if there was no change."""
        self.stack.undo()
        return self._show_restored()

    def redo(self) -> Place | None:
        """Redo the change that was undone last; returns the row that differs, None if there was none."""
        self.stack.redo()
        return self._show_restored()

    def _merge_id(self, key: str) -> int:
        if not key or key != self._typing[0]:
            self._typing = (key, next(self._merge_ids) if key else _NO_MERGE)
        return self._typing[1]

    def _remember(self, left: _State, now: _State) -> None:
        self._restored = left, now

    def _show_restored(self) -> Place | None:
        restored, self._restored = self._restored, None
        if restored is None:
            return None
        self.end_typing()
        left, now = restored
        job = flow.with_mappings(self._session.draft, now.mappings)
        self._answer(replace(job, scope=now.scope) if now.scope is not None else job)
        return flow.first_difference(left.mappings, now.mappings)
