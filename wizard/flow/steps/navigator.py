"""Navigation between the steps: the current one, which may be visited, and why not."""

from typing import TYPE_CHECKING

from wizard.flow.steps.session import Session
from wizard.flow.steps.steps import STEPS, Problem, Step, StepId
from wizard.messages.translation import _, ngettext, pgettext

if TYPE_CHECKING:  # types only: the first window does without it
    from wizard.flow.microsoft.models import SetupReview

_INDEX = {step.id: number for number, step in enumerate(STEPS)}
_DIRECTORY, _PREVIEW, _RUN, _MONITOR = (_INDEX[each] for each in ("directory", "preview", "run", "monitor"))
_ANSWERS = STEPS[:_PREVIEW]
"""The steps that ask for the answers of a job."""


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
        """The next step of this job; None at the end."""
        return next((step for step in STEPS[self._at + 1 :] if self.has_step(step.id)), None)

    def has_step(self, step_id: StepId) -> bool:
        """Return whether the job has this step: single sign-on is for Entra ID only."""
        only_with = STEPS[_INDEX[step_id]].only_with
        return only_with in ("", self._session.draft.source.kind)

    def problems(self) -> tuple[Problem, ...]:
        """Return why the next step cannot be opened; empty = it can."""
        return self.current.problems(self._session)

    def has_passed(self, step_id: StepId) -> bool:
        """Return whether a later step than this one was shown."""
        return self._furthest > _INDEX[step_id]

    def is_done(self, step_id: StepId) -> bool:
        """Return whether the step has a tick: it was passed, and its answers hold.

        Preview and Run lose theirs with an edit that was not reviewed; the other steps keep it.
        """
        index = _INDEX[step_id]
        if index == self._at or not self.has_step(step_id):
            return False
        if step_id == "sign-on":
            return bool(self._session.draft.sign_on.written_on)
        if index == _MONITOR:
            return self._session.reviewed is not None and self._furthest == _MONITOR
        if index == _RUN and self._at == _PREVIEW and self._session.found.report is None:
            return False  # the next run starts here
        if index >= _PREVIEW:
            return self._session.reviewed is not None and self._furthest > index and not self._session.edited()
        if self._session.running:
            return True
        return index < self._furthest and self._is_answered(STEPS[index])

    def may_visit(self, step_id: StepId) -> bool:
        """Return whether the step can be clicked in the step list: always if it has a tick."""
        index = _INDEX[step_id]
        if self._session.running or index == self._at or not self.has_step(step_id):
            return False
        if self.is_done(step_id):
            return True
        if index == _MONITOR:
            return self._furthest == _MONITOR  # the history stays available whatever was edited since
        return (
            index != _RUN
            and index <= self._furthest
            and all(map(self._is_answered, STEPS[: min(index, _PREVIEW)]))
        )

    def visit(self, step_id: StepId) -> bool:
        """Go to a step if it may be visited; return whether it was.

        Run is shown with the report of this session's run; without one, Preview is, where the next run starts.
        """
        if not self.may_visit(step_id):
            return False
        self._at = _PREVIEW if step_id == "run" and self._session.found.report is None else _INDEX[step_id]
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
        following = self.following
        if self.problems() or following is None:
            return False
        self._at = _INDEX[following.id]
        self._came_from = None
        self._furthest = max(self._furthest, self._at)
        return True

    def offers_review(self) -> bool:
        """Return whether Review changes is shown: from Directory on, where Continue does not lead to Preview."""
        return _DIRECTORY <= self._at < _PREVIEW - 1 and self.current.id != "sign-on"

    def asks_for_answers(self) -> bool:
        """Return whether the current step is one of those between AWS and Preview."""
        return _DIRECTORY <= self._at < _PREVIEW

    def may_review(self) -> bool:
        """Return whether every step before Preview has its answers; the defaults count."""
        return not self._session.running and all(map(self._is_answered, _ANSWERS))

    def review_changes(self) -> bool:
        """Go straight to Preview if every step before has its answers; return whether it was possible."""
        if not self.may_review():
            return False
        self._at, self._came_from = _PREVIEW, None
        self._furthest = max(self._furthest, self._at)
        return True

    def go_to_open_step(self) -> bool:
        """Go to the first step before Preview that has no answers yet; return whether there is one."""
        first = next((step for step in _ANSWERS if self.has_step(step.id) and not self._is_answered(step)), None)
        return first is not None and self.go_to(first.id)

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
        before = max(_INDEX[step.id] for step in STEPS[: self._at] if self.has_step(step.id)) if self._at else 0
        self._at = before if came_from is None else came_from
        return True

    def open_at_monitor(self) -> None:
        """Open a complete saved job: at Monitor, with all steps passed."""
        self._session.opened = self._session.draft
        self._at = self._furthest = _MONITOR
        self._came_from = None

    def go_to_preview(self) -> None:
        """Go to Preview to run again."""
        if not self._session.running:
            self._at = _PREVIEW
            self._came_from = None
            self._furthest = max(self._furthest, self._at)

    def begin(self) -> None:
        """Start over at the first step."""
        self._at = self._furthest = 0
        self._came_from = None

    def primary_label(self) -> str:
        """Return the text of the primary button, with the number of changes where there is one."""
        if self.current.id == "monitor":
            return pgettext("button", "Done")
        if self.current.id == "run":
            return _("Continue") if self._session.draft.engine == "entra" else _("View report")
        if self.current.id == "sign-on" and (sign_on := self._session.found.sign_on) and sign_on.changes:
            return _("Write to Entra ID")
        plan, setup = self._session.found.plan, self._session.found.setup
        if self.current.id == "preview" and setup is not None:
            return _setup_label(setup)
        if self.current.id != "preview" or plan is None:
            return _("Continue")
        count = len(plan.changes)
        return ngettext("Run {n:,} change", "Run {n:,} changes", count).format(n=count) if count else _("Finish")

    def _is_answered(self, step: Step) -> bool:
        """Whether a step before Preview has no problem, or none but that nothing was read or tested since it was opened."""
        return not step.problems(self._session) or _holds_as_opened(self._session, step.id)


def _holds_as_opened(session: Session, step_id: StepId) -> bool:
    """Whether the answers of a step are those of the complete job that was opened, and nothing has shown them wrong."""
    opened, draft, found = session.opened, session.draft, session.found
    if opened is None:
        return False
    if step_id == "aws":
        tested, known = found.connection, session.reviewed or opened
        return draft.target.tenant_url == known.target.tenant_url and (tested is None or tested.passed)
    if step_id == "directory":
        chosen = draft.source.users_file if draft.source.kind == "file" else draft.source.kind == "sample"
        return found.source_error is None and bool(draft.source == opened.source or chosen)  # Preview reads it
    return step_id == "scope" and found.snapshot is None and draft.scope == opened.scope


def _setup_label(setup: "SetupReview") -> str:
    """The primary button of Preview for Microsoft's service; a start is confirmed on the next page."""
    count = len([change for change in setup.plan.changes if change.step != "start"])
    if setup.configured.job is None or not setup.configured.job.was_started:
        return _("Set up")
    return ngettext("Apply {n:,} change", "Apply {n:,} changes", count).format(n=count) if count else _("Continue")
