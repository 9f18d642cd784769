"""What the Attributes page has worked out in the background: values of the one shown, and how expressions read."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from wizard.errors import WizardError
from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import LiveValue, Looked
from wizard.flow.mapping.expressions import Reading, functions, read
from wizard.flow.mapping.problems import ProblemBoard
from wizard.flow.steps.session import Session
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.provisioning.job import Job
from wizard.ui.pages.shared.person_picker import Person
from wizard.ui.tasks import Emit, Slot, TaskRunner

if TYPE_CHECKING:
    from wizard.flow.services import Services

_KEPT = 200
"""Readings that are kept, the latest."""


def _catalogue() -> object:
    read("Now()")  # the grammar is imported with the first expression: here, not under somebody's fingers
    return functions()


class MappingLook(QObject):
    """Reads in the background; of several questions of one kind only the newest is answered."""

    came = Signal()
    """Values or readings came."""
    everyone_came = Signal(object)
    """What AWS would refuse of everyone in scope: groups of problems."""
    people_came = Signal()
    """Who can be paged through."""
    functions_came = Signal(object)
    """The catalogue of functions, once."""

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._answered: tuple[object, ...] = ()
        self._asked: tuple[object, ...] = ()
        self._has_functions = False
        self._examined: tuple[object, ...] = ()
        self._examining: tuple[object, ...] = ()
        self._board = ProblemBoard()
        self._divided: tuple[object, ...] = ()
        self._dividing: tuple[object, ...] = ()
        self._people: tuple[Person, ...] = ()
        self._names: tuple[str, ...] = ()
        self.values: Mapping[str, LiveValue] = {}
        """Target -> value, of `person`."""
        self.person: Person | None = None
        self.remarks: Mapping[tuple[flow.TableKind, str], str] = {}
        self._readings: dict[str, Reading] = {}

    def reading(self, text: str) -> Reading | None:
        """What is known of an expression; None = not read yet."""
        return self._readings.get(text)

    def sources(self, mapping: AttributeMapping, person: Person | None) -> tuple[tuple[str, str], ...]:
        """Name and value of each attribute a row reads of somebody."""
        snapshot = self._session.found.snapshot
        if person is None or snapshot is None:
            return ()
        reading = self.reading(mapping.source) if mapping.kind is MappingKind.FUNCTION else None
        return flow.sources_shown(mapping, person, snapshot, reading.sources if reading else ())

    def told_of(self, person: Person | None, name: str) -> str:
        """What the list of attributes tells of one: its value for somebody."""
        snapshot = self._session.found.snapshot
        if person is None or snapshot is None:
            return ""
        return f"{person.label}: {flow.source_value(person, name, snapshot) or 'no value'}"

    def people(self, job: Job, kind: flow.TableKind) -> tuple[tuple[Person, ...], tuple[str, ...]]:
        """Who is in scope, with their names; empty until it is known, and then `people_came`."""
        snapshot = self._session.found.snapshot
        question = (job.scope, kind, id(snapshot))
        if snapshot is None:
            return (), ()
        if question == self._divided:
            return self._people, self._names
        if question != self._dividing or not self._tasks.is_running(Slot.MAPPING_PEOPLE):
            self._dividing = question
            self._divide(job, kind, question)
        return (), ()

    def _divide(self, job: Job, kind: flow.TableKind, question: tuple[object, ...]) -> None:
        snapshot = self._session.found.snapshot
        assert snapshot is not None

        def divided() -> tuple[tuple[Person, ...], tuple[str, ...]]:
            people = flow.people_shown(job, kind, snapshot)
            return people, tuple(person.label for person in people)

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            return await to_thread.run_sync(divided, abandon_on_cancel=True)

        def done(found: tuple[tuple[Person, ...], tuple[str, ...]]) -> None:
            self._divided = question
            self._people, self._names = found
            self.people_came.emit()

        self._tasks.run(Slot.MAPPING_PEOPLE, work, on_done=done, on_error=lambda error: self._failed(error, None))

    def forget(self) -> None:
        """Nothing is known any more, and nothing is waited for."""
        for slot in (Slot.MAPPING_VALUES, Slot.MAPPING_PROBLEMS, Slot.MAPPING_PEOPLE):
            self._tasks.cancel(slot)
        self._answered = self._asked = ()

    def ask(self, job: Job, person: Person | None, text: str, then: Callable[[], None] | None = None) -> None:
        """Work out the values of a person, and read an expression ("" = none); `then` is called when it is known."""
        snapshot = self._session.found.snapshot
        question = (job.mappings, person, id(snapshot), text)
        if question == self._answered and then is None:
            return
        if question == self._asked and then is None and self._tasks.is_running(Slot.MAPPING_VALUES):
            return
        self._asked = question
        texts = (text,) if text else ()

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            return await to_thread.run_sync(flow.looked, job, person, snapshot, texts, abandon_on_cancel=True)

        def done(looked: Looked) -> None:
            self._answered = question
            self.values, self.person, self.remarks = looked.live, person, looked.remarks
            self._readings |= looked.readings
            for old in list(self._readings)[:-_KEPT]:
                del self._readings[old]
            if then is not None:
                then()
            self.came.emit()

        self._tasks.run(Slot.MAPPING_VALUES, work, on_done=done, on_error=lambda error: self._failed(error, then))

    def ask_functions(self) -> None:
        """Have the catalogue of functions come, once; the language is imported with it, away from the screen."""
        if self._has_functions:
            return

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            return await to_thread.run_sync(_catalogue, abandon_on_cancel=True)

        def done(functions: object) -> None:
            self._has_functions = True
            self.functions_came.emit(functions)

        self._tasks.run(
            Slot.MAPPING_FUNCTIONS, work, on_done=done, on_error=lambda error: self._failed(error, None)
        )

    def ask_everyone(self, job: Job) -> None:
        """Look at the values of everyone in scope; what an edit did not touch is not worked out again."""
        snapshot, board = self._session.found.snapshot, self._board
        question = (job.mappings, job.scope, id(snapshot))
        if snapshot is None or question == self._examined:
            return
        if question == self._examining and self._tasks.is_running(Slot.MAPPING_PROBLEMS):
            return
        self._examining = question

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            stop = threading.Event()  # a thread that is left behind must not go on counting
            try:
                return await to_thread.run_sync(board.update, job, snapshot, stop.is_set, abandon_on_cancel=True)
            finally:
                stop.set()

        def done(found: object) -> None:
            self._examined = question
            self.everyone_came.emit(found)

        self._tasks.run(
            Slot.MAPPING_PROBLEMS, work, on_done=done, on_error=lambda _error: self.everyone_came.emit(())
        )

    def _failed(self, _error: WizardError, then: Callable[[], None] | None) -> None:
        # The worker has written the cause to the log; what was typed is taken nevertheless.
        if then is not None:
            then()
