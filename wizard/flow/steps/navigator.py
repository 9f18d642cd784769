"""Where we are, where we may go, and if not, why."""

from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import STEPS, Problem, Step, StepId

_INDEX = {step.id: number for number, step in enumerate(STEPS)}
_RUN, _MONITOR = _INDEX["run"], _INDEX["monitor"]


class Navigator:
    """Walks `STEPS` for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._at = 0
        self._furthest = 0

    @property
    def current(self) -> Step:
        """The step that is shown."""
        return STEPS[self._at]

    @property
    def following(self) -> Step | None:
        """The step after this one; None at the end."""
        return STEPS[self._at + 1] if self._at + 1 < len(STEPS) else None

    def problems(self) -> tuple[Problem, ...]:
        """Why Next is off; empty = it is on."""
        return self.current.problems(self._session)

    def is_done(self, step_id: StepId) -> bool:
        """Was passed, and still has nothing against it. At Run and Monitor every step before was answered by the job."""
        index = _INDEX[step_id]
        if index >= self._furthest or index == self._at:
            return False
        return self._at >= _RUN or not STEPS[index].problems(self._session)

    def may_visit(self, step_id: StepId) -> bool:
        """May its entry in the rail be clicked."""
        index = _INDEX[step_id]
        if self._session.running or index == self._at or index == _RUN:
            return False
        if index == _MONITOR and self._furthest == _MONITOR:
            return True  # what has run stays to be seen, whatever became of the answers since
        return index <= self._furthest and all(
            not s.problems(self._session) for s in STEPS[:index] if _INDEX[s.id] < _RUN
        )

    def visit(self, step_id: StepId) -> bool:
        """Go there if it may be visited."""
        if not self.may_visit(step_id):
            return False
        self._at = _INDEX[step_id]
        return True

    def next(self) -> bool:
        """One step on, if nothing stands against it."""
        if self.problems() or self._at + 1 >= len(STEPS):
            return False
        self._at += 1
        self._furthest = max(self._furthest, self._at)
        return True

    def may_go_back(self) -> bool:
        """There is no way back behind a run."""
        return 0 < self._at < _RUN and not self._session.running

    def back(self) -> bool:
        """One step back."""
        if not self.may_go_back():
            return False
        self._at -= 1
        return True

    def open_at_monitor(self) -> None:
        """A saved job that is complete opens at Monitor: every step before counts as passed."""
        self._at = self._furthest = _MONITOR

    def edit_job(self) -> None:
        """From Monitor back to the first step, to change answers."""
        if not self._session.running:
            self._at = 0

    def go_to_run(self) -> bool:
        """From Preview, or from Monitor for another round."""
        if self._session.running or self._session.found.plan is None or self._session.open_concerns():
            return False
        self._at, self._furthest = _RUN, max(self._furthest, _RUN)
        return True

    def go_to_preview(self) -> None:
        """Run again: what would change is shown first."""
        if not self._session.running:
            self._at = _INDEX["preview"]
            self._furthest = max(self._furthest, self._at)

    def begin(self) -> None:
        """To the first page, nothing passed yet."""
        self._at = self._furthest = 0

    def primary_label(self) -> str:
        """What the primary button says: a verb, and the number of changes where there is one."""
        if self.current.id == "monitor":
            return "Close"
        if self.current.id == "run":
            return "See the report"
        plan = self._session.found.plan
        if self.current.id != "preview" or plan is None:
            return "Continue"
        count = len(plan.operations)
        return {0: "Finish, nothing to change", 1: "Run 1 change"}.get(count, f"Run {count:,} changes")
