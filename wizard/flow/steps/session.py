"""The state of one window: the draft job, and the results of checks and reads."""

import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, cast

from wizard.directory import DirectorySnapshot
from wizard.flow.jobs.names import is_default_name
from wizard.flow.steps.steps import UNNAMED, StepId
from wizard.mapping.attribute_mapping import default_mappings
from wizard.provisioning.job import Job, reviewed_parts

if TYPE_CHECKING:  # types only: the first window does not import these
    from wizard.aws.interface import ConnectionTest
    from wizard.entra_provisioning.sign_on import SignOnPlan
    from wizard.errors import WizardError
    from wizard.flow.directory.entra_models import Assigned, Enterprise, SignedIn
    from wizard.flow.microsoft.models import SetupResult, SetupReview
    from wizard.flow.scope.scope import ScopeCheck
    from wizard.progress import RequestMade
    from wizard.provisioning.plan import Plan
    from wizard.provisioning.report import RunReport
    from wizard.sources.interface import Inspection

Standing = Literal["", "quarantined", "waiting"]
PLAN_MAX_AGE_SECONDS = 300.0
"""A plan older than this is made again before it runs."""


def new_draft() -> Job:
    """Return an empty job with the default mappings and a new id."""
    return Job(id=str(uuid.uuid4()), name=UNNAMED, mappings=default_mappings())


@dataclass(slots=True)
class Findings:
    """Results of checks and reads. Each is cleared when the input that it depends on changes."""

    connection: "ConnectionTest | None" = None
    connection_tested_at: float = 0.0
    """Wall clock, seconds."""
    test_waived: bool = False
    """The person skipped the test."""
    token_kept: Literal["", "keyring", "session", "environment"] = ""
    """Where the job's token is stored; "" = nowhere yet."""
    token_typed: bool = False
    """The field of the AWS page holds a token that is not stored yet."""
    token_not_kept: bool = False
    """The keyring did not take that token: the person decides where it goes."""
    is_testing: bool = False
    """The connection is being tested."""
    is_reading: bool = False
    """The Directory page is reading."""
    inspection: "Inspection | None" = None
    snapshot: DirectorySnapshot | None = None
    read_at: float = 0.0
    scope_check: "ScopeCheck | None" = None
    """The latest answer to "is anyone in scope"; it may be about an earlier scope."""
    source_error: "WizardError | None" = None
    signed_in: "SignedIn | None" = None
    """Who is signed in to Microsoft; None = nobody, or not checked yet."""
    enterprise: "Enterprise | None" = None
    """The tenant's applications from the gallery."""
    sign_on: "SignOnPlan | None" = None
    """What Entra ID lacks for single sign-on; None = not read, or no metadata from AWS yet."""
    sign_on_accepted: frozenset[str] = frozenset()
    """Codes of its accepted warnings."""
    assigned: "Assigned | None" = None
    """Who is assigned to the chosen application."""
    plan: "Plan | None" = None
    plan_made_at: float = 0.0
    """Monotonic, seconds."""
    planned_from: DirectorySnapshot | None = None
    """The snapshot that the plan was made from. Of a tenant: only mapped attributes, and changes since the last run."""
    plan_requests: "tuple[RequestMade, ...]" = ()
    """Requests that read AWS for the plan; the report of its run counts them."""
    accepted: frozenset[str] = frozenset()
    """Codes of accepted concerns."""
    setup: "SetupReview | None" = None
    """What a setup of Microsoft's service would change, and its forecast: the plan of a job with that engine."""
    setup_accepted: frozenset[str] = frozenset()
    """Codes of its accepted concerns."""
    setup_result: "SetupResult | None" = None
    """How the setup ended; None = it was not carried out."""
    retrying: bool = False
    """The plan contains only objects that failed in the last run."""
    standing: "Standing" = ""
    """Whether the job is in quarantine or waits for a decision, when its health was read last."""
    report: "RunReport | None" = None
    run_id: int = 0
    """Of the last run in the journal; 0 = none."""


@dataclass(slots=True)
class Session:
    """The draft job of a window and everything known about it."""

    draft: Job = field(default_factory=new_draft)
    """What the window edits."""
    reviewed: Job | None = None
    """The job as it was last reviewed and run: schedules and commands use it. None = it was never run, and what the
    window edits is the job."""
    in_file: Job | None = None
    """Of a job that never ran: the job file as this window read or wrote it last."""
    opened: Job | None = None
    """The complete job that was opened: its answers hold, although nothing has been read or tested yet."""
    is_named: bool = False
    """A person chose the name; else it follows directory and target."""
    found: Findings = field(default_factory=Findings)
    confirmed_hosts: frozenset[str] = frozenset()
    """Hosts that this person, or one on this computer before, allowed the access token to be sent to."""
    saved_at: float = 0.0
    """Wall clock of the last save; 0 = never saved."""
    running: bool = False
    """A run or Provision on demand is under way: the page stays, and closing the window asks first."""
    run_share: float | None = 0.0
    """How far the run has come, 0 to 1; None = not known."""
    _compared: tuple[Job, Job, frozenset[StepId]] | None = field(default=None, repr=False, compare=False)
    """Draft and reviewed job that were compared last, and the steps that differ."""

    def answer(self, draft: Job) -> None:
        """Replace the draft. Clears what depends on a changed value, so that an old plan can never run."""
        before, self.draft = self.draft, draft
        if replace(draft.target, token_made_on=before.target.token_made_on) != before.target:
            self.found.connection, self.found.test_waived = None, False
        if draft.source != before.source:
            self.found.inspection = self.found.snapshot = self.found.source_error = None
            self.found.scope_check = None
            self._clear_tenant(before)
        if draft.sign_on != before.sign_on:
            self.found.sign_on, self.found.sign_on_accepted = None, frozenset()
        if replace(draft, name=before.name, sign_on=before.sign_on) != before:
            self.drop_plan()
            self.found.retrying = False

    def edited(self) -> frozenset[StepId]:
        """Return the steps whose answers differ from the job that was last reviewed."""
        if self.reviewed is None or self.reviewed is self.draft:
            return frozenset()
        # Asked several times for each frame; with 100,000 chosen people a comparison takes milliseconds.
        if self._compared is None or self._compared[0] is not self.draft or self._compared[1] is not self.reviewed:
            before = reviewed_parts(self.reviewed)
            changed = (part for part, value in reviewed_parts(self.draft).items() if value != before[part])
            self._compared = (self.draft, self.reviewed, frozenset(cast(StepId, part) for part in changed))
        return self._compared[2]

    @property
    def is_session_only(self) -> bool:
        """Whether the job is for this session only: it is saved nowhere and ends with the window."""
        return self.found.token_kept == "session" and not self.saved_at

    def _clear_tenant(self, before: Job) -> None:
        """Clear what depends on the tenant and the sign-in, and the assignments, which also depend on the application."""
        old, new = before.source.entra, self.draft.source.entra
        if (old.cloud, old.tenant, old.client_id, old.sign_in) != (
            new.cloud,
            new.tenant,
            new.client_id,
            new.sign_in,
        ):
            self.found.signed_in = self.found.enterprise = None
        if self.found.enterprise is None or old.application_id != new.application_id:
            self.found.assigned = self.found.sign_on = None

    def take_name(self, name: str) -> None:
        """Set the name that the job got when it was saved; nothing depends on it."""
        self.draft = replace(self.draft, name=name)

    def rename(self, name: str) -> None:
        """Take the name that a person typed; "" = it follows directory and target again."""
        self.is_named = bool(name)
        self.take_name(name or UNNAMED)

    def target_holds(self) -> bool:
        """Whether the target holds at once: it has passed its test, or the person skipped the test."""
        tested = self.found.connection
        return self.found.test_waived or (tested is not None and tested.passed)

    def take_reviewed(self, job: Job, name: str) -> None:
        """Take a job that was reviewed and written under this name."""
        if self.draft is job:
            self.take_name(name)
        self.reviewed = self.draft if self.draft == replace(job, name=name) else replace(job, name=name)
        if self.opened is not None and self.draft.source == job.source and self.draft.scope == job.scope:
            self.opened = self.draft

    def take_setup(self, after: Job) -> None:
        """Take the job as a setup of Microsoft's service left it in its file: an application that it added is an answer."""
        was_opened = self.opened is not None
        self.answer(after)
        if was_opened:
            self.opened = self.draft

    def discard_edits(self) -> None:
        """Take back every edit since the last review; what no review covers stays."""
        if self.reviewed is not None:
            draft = self.draft
            self.answer(replace(self.reviewed, name=draft.name, target=draft.target, sign_on=draft.sign_on))
            self.opened = self.draft if self.opened is not None else None

    def drop_plan(self) -> None:
        """Clear plan, accepted concerns and report."""
        self.found.plan, self.found.accepted, self.found.report = None, frozenset(), None
        self.found.setup, self.found.setup_accepted, self.found.setup_result = None, frozenset(), None
        self.found.planned_from = None

    def take_plan(self, plan: "Plan", snapshot: DirectorySnapshot | None = None) -> None:
        """Set a new plan and its snapshot. Accepted concerns stay accepted only if the plan is the same."""
        self.found.planned_from = snapshot
        if snapshot is not None and self.draft.source.kind != "entra":
            self.found.snapshot = snapshot  # a tenant is read only in part for a plan
        old = self.found.plan
        if old is None or old.checksum != plan.checksum:
            self.found.accepted = frozenset()
        self.found.plan, self.found.plan_made_at, self.found.report = plan, time.monotonic(), None

    def outdate_plan(self) -> None:
        """Mark the plan as old: before it runs it is made again and compared with this one."""
        self.found.plan_made_at = -PLAN_MAX_AGE_SECONDS

    def open_setup_concerns(self) -> tuple[str, ...]:
        """Return the codes of concerns of a setup that block it, or are not accepted yet."""
        setup, accepted = self.found.setup, self.found.setup_accepted
        return tuple(c.code for c in setup.concerns if c.blocking or c.code not in accepted) if setup else ()

    def standing(self) -> "Standing":
        """Return whether the job is in quarantine or waits for a person's decision; "" = neither, or not read."""
        setup, accepted = self.found.setup, self.found.setup_accepted
        to_accept = setup is not None and any(concern.code not in accepted for concern in setup.concerns)
        return self.found.standing or ("waiting" if to_accept or self.open_concerns() else "")

    def plan_is_stale(self) -> bool:
        """Return whether the plan must be made again before it runs."""
        return time.monotonic() - self.found.plan_made_at > PLAN_MAX_AGE_SECONDS

    def accept(self, code: str, accepted: bool) -> None:
        """Accept a concern, or withdraw that."""
        codes = self.found.accepted
        self.found.accepted = codes | {code} if accepted else codes - {code}

    def open_concerns(self) -> tuple[str, ...]:
        """Return the codes of concerns that are not accepted yet."""
        plan = self.found.plan
        return tuple(c.code for c in plan.concerns if c.code not in self.found.accepted) if plan else ()

    def begin(self, job: Job | None = None, reviewed: Job | None = None) -> None:
        """Start over with a saved job and its last reviewed version, or with a new one."""
        self.draft = job or new_draft()
        self.reviewed, self.opened, self.in_file = reviewed, None, None
        self.is_named = job is not None and not is_default_name(job)
        self.found = Findings()
        self.saved_at = 0.0
        self.running, self.run_share = False, 0.0
