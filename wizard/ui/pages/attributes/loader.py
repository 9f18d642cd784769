"""Background work of the Attributes page: values of the person shown, parsed expressions, problems of everyone."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from wizard.errors import WizardError
from wizard.flow.mapping import attributes as flow
from wizard.flow.mapping.attributes import LiveValue, MappingPreview
from wizard.flow.mapping.expressions import ExpressionCheck, check_expression, functions
from wizard.flow.mapping.problems import ProblemBoard
from wizard.flow.steps.session import Session
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.messages.translation import _
from wizard.provisioning.job import Job
from wizard.ui.pages.shared.person_picker import Person, person_choices
from wizard.ui.tasks import Emit, Slot, TaskRunner, Work
from wizard.ui.widgets.search_combo import Choices

if TYPE_CHECKING:
    from wizard.flow.services import Services

_CACHED_READINGS = 200

People = tuple[tuple[Person, ...], Choices | None]
"""People or groups, and their entries for the picker."""
_Question = tuple[object, ...]
"""What a result depends on: an equal question needs no new task."""


class MappingLoader(QObject):
    """Starts the background tasks of the page and keeps their results; the newest question wins."""

    loaded = Signal()
    """Values and readings have changed."""
    problems_loaded = Signal(object)
    """The problems of everyone in scope: a tuple of ProblemGroup."""
    people_loaded = Signal()
    """`people` returns a result now."""
    functions_loaded = Signal(object)
    """The functions of the expression language, once."""

    def __init__(self, session: Session, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._answered: _Question = ()
        self._asked: _Question = ()
        self._has_functions = False
        self._problems_answered: _Question = ()
        self._problems_asked: _Question = ()
        self._board = ProblemBoard()
        self._people_answered: _Question = ()
        self._people_asked: _Question = ()
        self._people: People = ((), None)
        self.values: Mapping[str, LiveValue] = {}
        """Target -> value, of `person`."""
        self.before: Mapping[str, LiveValue] | None = None
        """The same for the job as it was last reviewed; None = nothing was edited since."""
        self.person: Person | None = None
        self.remarks: Mapping[tuple[flow.TableKind, str], str] = {}
        self._readings: dict[str, ExpressionCheck] = {}

    def reading(self, text: str) -> ExpressionCheck | None:
        """Return the parser's result for an expression; None: not parsed yet."""
        return self._readings.get(text)

    def sources(self, mapping: AttributeMapping, person: Person | None) -> tuple[tuple[str, str], ...]:
        """Return name and value of each attribute that a row reads of a person."""
        snapshot = self._session.found.snapshot
        if person is None or snapshot is None:
            return ()
        reading = self.reading(mapping.source) if mapping.kind is MappingKind.FUNCTION else None
        return flow.source_values(mapping, person, snapshot, reading.sources if reading else ())

    def attribute_help(self, person: Person | None, name: str) -> str:
        """Return the help of an attribute: its value for a person."""
        snapshot = self._session.found.snapshot
        if person is None or snapshot is None:
            return ""
        value = flow.source_value(person, name, snapshot) or _("no value")
        return _("{name}: {value}").format(name=person.label, value=value)

    def people(self, job: Job, kind: flow.TableKind) -> People:
        """Return who is in scope; empty until it is known, then `people_loaded` is emitted."""
        snapshot = self._session.found.snapshot
        question = (job.scope, kind, id(snapshot))
        if snapshot is None:
            return (), None
        if question == self._people_answered:
            return self._people
        if question != self._people_asked or not self._tasks.is_running(Slot.MAPPING_PEOPLE):
            self._people_asked = question
            self._load_people(job, kind, question)
        return (), None

    def cancel(self) -> None:
        """Cancel all tasks; the next `load` starts again."""
        for slot in (Slot.MAPPING_VALUES, Slot.MAPPING_PROBLEMS, Slot.MAPPING_PEOPLE):
            self._tasks.cancel(slot)
        self._answered = self._asked = ()

    def load(self, job: Job, person: Person | None, text: str, then: Callable[[], None] | None = None) -> None:
        """Evaluate all rows for a person and parse an expression ("" = none); calls `then` when both are known."""
        snapshot = self._session.found.snapshot
        reviewed = self._session.reviewed
        if reviewed is not None and reviewed.mappings == job.mappings:
            reviewed = None
        question = (job.mappings, reviewed and reviewed.mappings, person, id(snapshot), text)
        if question == self._answered and then is None:
            return
        if question == self._asked and then is None and self._tasks.is_running(Slot.MAPPING_VALUES):
            return
        self._asked = question
        texts = (text,) if text else ()

        def done(found: tuple[MappingPreview, Mapping[str, LiveValue] | None]) -> None:
            looked, self.before = found
            self._answered = question
            self.values, self.person, self.remarks = looked.live, person, looked.remarks
            self._readings |= looked.readings
            for old in list(self._readings)[:-_CACHED_READINGS]:
                del self._readings[old]
            if then is not None:
                then()
            self.loaded.emit()

        def failed(_error: WizardError) -> None:
            if then is not None:  # the task has logged the error; what was typed is kept nevertheless
                then()

        def look() -> tuple[MappingPreview, Mapping[str, LiveValue] | None]:
            before = None
            if reviewed is not None and person is not None and snapshot is not None:
                before = flow.live_values(reviewed, person, snapshot)
            return flow.preview_mappings(job, person, snapshot, texts), before

        work = _in_thread(look)
        self._tasks.run(Slot.MAPPING_VALUES, work, on_done=done, on_error=failed)

    def load_functions(self) -> None:
        """Load the functions of the language once; the grammar is imported with them, off the GUI thread."""
        if self._has_functions:
            return

        def catalogue() -> object:
            check_expression("Now()")  # imports the grammar
            return functions()

        def done(loaded: object) -> None:
            self._has_functions = True
            self.functions_loaded.emit(loaded)

        self._tasks.run(Slot.MAPPING_FUNCTIONS, _in_thread(catalogue), on_done=done, on_error=_ignore)

    def load_problems(self, job: Job) -> None:
        """Check the values of everyone in scope; only rows that changed are evaluated again."""
        snapshot, board = self._session.found.snapshot, self._board
        question = (job.mappings, job.scope, id(snapshot))
        if snapshot is None or question == self._problems_answered:
            return
        if question == self._problems_asked and self._tasks.is_running(Slot.MAPPING_PROBLEMS):
            return
        self._problems_asked = question

        async def work(_services: "Services", _emit: Emit) -> Any:
            from anyio import to_thread

            stop = threading.Event()  # ends the thread, which cancelling only abandons
            try:
                return await to_thread.run_sync(board.update, job, snapshot, stop.is_set, abandon_on_cancel=True)
            finally:
                stop.set()

        def done(found: object) -> None:
            self._problems_answered = question
            self.problems_loaded.emit(found)

        def failed(_error: WizardError) -> None:
            self.problems_loaded.emit(())

        self._tasks.run(Slot.MAPPING_PROBLEMS, work, on_done=done, on_error=failed)

    def _load_people(self, job: Job, kind: flow.TableKind, question: _Question) -> None:
        snapshot = self._session.found.snapshot
        assert snapshot is not None

        def divided() -> People:
            people = flow.people_to_preview(job, kind, snapshot)
            return people, person_choices(people).prepared()

        def done(people: People) -> None:
            self._people_answered = question
            self._people = people
            self.people_loaded.emit()

        self._tasks.run(Slot.MAPPING_PEOPLE, _in_thread(divided), on_done=done, on_error=_ignore)


def _in_thread(call: Callable[[], Any]) -> Work[Any]:
    """Return a task that runs a blocking call in a thread; a cancelled task leaves the thread behind."""

    async def work(_services: "Services", _emit: Emit) -> Any:
        from anyio import to_thread  # imported with the first task: the first window does without it

        return await to_thread.run_sync(call, abandon_on_cancel=True)

    return work


def _ignore(_error: WizardError) -> None:
    """The task has logged the error; the page works without the result."""
