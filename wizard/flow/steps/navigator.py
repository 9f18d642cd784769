"""Navigation between the steps: the current one, which may be visited, and why not."""

from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import STEPS, Problem, Step, StepId

_INDEX = {step.id: number for number, step in enumerate(STEPS)}
_RUN, _MONITOR = _INDEX["run"], _INDEX["monitor"]


class Navigator:
    """The position in `STEPS` of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._at = 0
        self._furthest = 0
        self._came_from: int | None = None
        """The step that `go_to` was called on; Back returns to it."""

    @property
    def current(self) -> Step:
        """The current step."""
        return STEPS[self._at]

    @property
    def following(self) -> Step | None:
        """The next step; None at the end."""
        return STEPS[self._at + 1] if self._at + 1 < len(STEPS) else None

    def problems(self) -> tuple[Problem, ...]:
        """Return why the next step cannot be opened; empty = it can."""
        return self.current.problems(self._session)

    def is_done(self, step_id: StepId) -> bool:
        """Return whether the step was passed and still has no problems. At Run and Monitor all steps before are done."""
        index = _INDEX[step_id]
        if index >= self._furthest or index == self._at:
            return False
        return self._at >= _RUN or not STEPS[index].problems(self._session)

    def may_visit(self, step_id: StepId) -> bool:
        """Return whether the step can be clicked in the step list."""
        index = _INDEX[step_id]
        if self._session.running or index == self._at or index == _RUN:
            return False
        if index == _MONITOR and self._furthest == _MONITOR:
            return True  # the history stays available whatever was edited since
        return index <= self._furthest and all(
            not s.problems(self._session) for s in STEPS[:index] if _INDEX[s.id] < _RUN
        )

    def visit(self, step_id: StepId) -> bool:
        """Go to a step if it may be visited; return whether it was."""
        if not self.may_visit(step_id):
            return False
        self._at = _INDEX[step_id]
        self._came_from = None
        return True

    def go_to(self, step_id: StepId) -> bool:
        """Go to the step that puts a failure right, whatever is open before it; Back returns. False = not possible."""
        if self._session.running:
            return False
        if self._came_from is None:
            self._came_from = self._at
        self._at = _INDEX[step_id]
        return True

    def next(self) -> bool:
        """Go to the next step if there are no problems; return whether it was possible."""
        if self.problems() or self._at + 1 >= len(STEPS):
            return False
        self._at += 1
        self._came_from = None
        self._furthest = max(self._furthest, self._at)
        return True

    def may_go_back(self) -> bool:
        """Return whether Back is possible: not from Run and Monitor, not during a run."""
        return (0 < self._at < _RUN or self._came_from is not None) and not self._session.running

    def back(self) -> bool:
        """Go one step back if possible; return whether it was."""
        if not self.may_go_back():
            return False
        came_from, self._came_from = self._came_from, None
        if came_from == _RUN and self._session.found.report is None:
            came_from = _MONITOR  # the run's report was dropped by an edit; Monitor has its log
            self._furthest = _MONITOR
        self._at = self._at - 1 if came_from is None else came_from
        return True

    def open_at_monitor(self) -> None:
        """Open a complete saved job: at Monitor, with all steps passed."""
        self._at = self._furthest = _MONITOR
        self._came_from = None

    def edit_job(self) -> None:
        """Go to the first step to edit the job."""
        if not self._session.running:
            self._at = 0
            self._came_from = None

    def go_to_preview(self) -> None:
        """Go to Preview to run again."""
        if not self._session.running:
            self._at = _INDEX["preview"]
            self._came_from = None
            self._furthest = max(self._furthest, self._at)

    def begin(self) -> None:
        """Start over at the first step."""
        self._at = self._furthest = 0
        self._came_from = None

    def primary_label(self) -> str:
        """Return the text of the primary button, with the number of changes where there is one."""
        if self.current.id == "monitor":
            return "Close"
        if self.current.id == "run":
            return "See the report"
        plan = self._session.found.plan
        if self.current.id != "preview" or plan is None:
            return "Continue"
        count = len(plan.changes)
        return {0: "Finish, nothing to change", 1: "Run 1 change"}.get(count, f"Run {count:,} changes")
