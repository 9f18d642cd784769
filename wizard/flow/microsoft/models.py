"""What window and commands show of Microsoft's provisioning service: the review of a setup, its result, the state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wizard.entra_provisioning.carry_out import SetupEvent, SetupResult
from wizard.entra_provisioning.configured import Configured, Existing
from wizard.entra_provisioning.differences import Difference, Edit, Value
from wizard.entra_provisioning.on_demand import OnDemandResult, OnDemandStep
from wizard.entra_provisioning.setup_plan import (
    START,
    STEPS,
    ExpressionCheck,
    SetupChange,
    SetupConcern,
    SetupPlan,
    SetupStep,
)
from wizard.entra_provisioning.status import Cycle, JobStatus
from wizard.errors import Message
from wizard.provisioning.job import Job

if TYPE_CHECKING:
    from wizard.aws.interface import ConnectionTest
    from wizard.provisioning.plan import Plan

__all__ = [
    "START",
    "STEPS",
    "ChangedRow",
    "Cycle",
    "CycleOutcome",
    "Difference",
    "Edit",
    "EngineStatus",
    "Existing",
    "ExpressionCheck",
    "FirstMapping",
    "Forecast",
    "FromMicrosoft",
    "HeldDeletion",
    "JobStatus",
    "MissingRight",
    "OnDemandPreview",
    "OnDemandResult",
    "OnDemandStep",
    "RestartPart",
    "SetupChange",
    "SetupConcern",
    "SetupEvent",
    "SetupPlan",
    "SetupResult",
    "SetupReview",
    "SetupStep",
    "TestedTwice",
    "TokenReplaced",
    "Value",
]  # fmt: skip

EmitSetup = Callable[[SetupEvent], None]


@dataclass(frozen=True, slots=True)
class MissingRight:
    """A permission that the signed-in account or application lacks."""

    permission: str
    """Microsoft's name: "Synchronization.ReadWrite.All"."""
    area: str
    """What it is for: "synchronization", "provisioning-log", "assignments", "applications", "owners", "gallery"."""
    only_reading: bool
    """Without it something is not shown; else something cannot be changed."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What Microsoft's service will do to people, worked out by this program from the same mapping and scope."""

    plan: "Plan"
    """As a run of this program shows it: changes, who is rejected and why, concerns. It is never carried out here."""
    caveats: tuple[Message, ...]
    """Where the forecast can be wrong."""


@dataclass(frozen=True, slots=True)
class SetupReview:
    """Everything that Preview shows before a setup; `carry_out` does what `plan` says."""

    job: Job
    """The job that was reviewed."""
    configured: Configured
    """What exists at Microsoft."""
    plan: SetupPlan
    """Changes, edits made at Microsoft, blocked rows, notes, and concerns of the configuration."""
    differences: tuple[Difference, ...]
    """What Microsoft's service does otherwise than this program; the blocking ones are concerns too."""
    checks: tuple[ExpressionCheck, ...]
    """Every expression, evaluated by Microsoft and here for the same person."""
    forecast: Forecast | None
    """None = the directory or AWS could not be read: `forecast_problem` says why."""
    forecast_problem: Message | None
    missing: tuple[MissingRight, ...]
    """What `request_for_administrator` asks for."""
    first: "FirstMapping | None" = None
    """None = this job never saved a mapping there."""

    @property
    def concerns(self) -> tuple[SetupConcern, ...]:
        """What must be accepted, of the configuration and of the forecast; codes are what `accepted` holds."""
        forecast = self.forecast.plan.concerns if self.forecast else ()
        return (*self.plan.concerns, *(SetupConcern(concern.message) for concern in forecast))

    @property
    def can_carry_out(self) -> bool:
        """No permission to change anything is missing, and nothing blocks."""
        return not any(concern.blocking for concern in self.concerns) and all(m.only_reading for m in self.missing)

    @property
    def is_done(self) -> bool:
        """Everything is as the job wants it."""
        return not self.plan.changes


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The state of Microsoft's service for one job."""

    status: JobStatus
    """In words, with the remedy its button carries out and how soon to read again."""
    job_id: str
    """Microsoft's id of the provisioning job; "" = there is none."""
    application_name: str
    portal_url: str
    """Of Microsoft's page about this application; "" = the cloud is a sandbox."""
    held: "tuple[HeldDeletion, ...]"
    """Deletions that wait to be allowed; the log that names them is minutes late."""
    missing: tuple[MissingRight, ...]
    rotation_pending: bool = False
    """The access token is new here, and Microsoft has not got it."""


@dataclass(frozen=True, slots=True)
class HeldDeletion:
    """A person or group whose deletion Microsoft holds back."""

    source_id: str
    label: str
    kind: Literal["user", "group"]
    time: str
    """ISO time, UTC."""


@dataclass(frozen=True, slots=True)
class CycleOutcome:
    """One cycle of Microsoft's service, for its bar."""

    run: int | None
    """Its number in the kept log; None = no entries are kept of it."""
    began: str
    """ISO time, UTC."""
    seconds: int | None = None
    """None = not known."""
    state: str = ""
    """As `Execution.state`; "" = not known."""
    error: str = ""
    """Microsoft's code; "" = none."""
    created: int = 0
    updated: int = 0
    disabled: int = 0
    deleted: int = 0
    failed: int = 0
    held: int = 0
    skipped: int = 0
    exported: int = 0
    """Of a cycle without entries: how many changes Microsoft counted."""

    @property
    def done(self) -> int:
        """Changes in AWS."""
        return self.created + self.updated + self.disabled + self.deleted + self.exported

    @property
    def broke_off(self) -> bool:
        """Whether the whole cycle failed, as with a refused token."""
        return self.state == "Failed" and not self.done


RestartPart = Literal["watermark", "escrows", "quarantine", "full"]
"""What a restart resets: how far Microsoft has read, its list of failures, the quarantine; full: also which account
is whose."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row of a mapping before and after."""

    key: str
    """As `Edit.key`."""
    target: str
    now: str
    """"" = nothing flows."""
    after: str


@dataclass(frozen=True, slots=True)
class FirstMapping:
    """The mapping that Microsoft had before this job's first save, beside the one it has now."""

    rows: tuple[ChangedRow, ...]
    """What restoring it changes; () = it is in use."""
    checksum: str
    """Of the mapping that it replaces."""


@dataclass(frozen=True, slots=True)
class OnDemandPreview:
    """What provisioning one person or group will do, before it is done."""

    source_id: str
    label: str
    is_group: bool
    members: tuple[str, ...]
    """Of a group: ids of the at most five members in one request."""
    forecast: "Plan"
    """This program's plan for that object alone."""
    caveats: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class FromMicrosoft:
    """Test Connection as Microsoft's service does it."""

    passed: bool
    message: Message


Both = Literal["both", "only-here", "only-microsoft", "neither", "here"]
"""Who reaches AWS. "here": Microsoft was not asked."""


@dataclass(frozen=True, slots=True)
class TestedTwice:
    """The connection to AWS, tested from this computer and from Microsoft."""

    __test__ = False  # not a test of pytest

    outcome: Both
    message: Message
    """The outcome in words."""
    here: "ConnectionTest"
    microsoft: FromMicrosoft | None
    """None = it could not be asked: no application yet, or no permission."""


@dataclass(frozen=True, slots=True)
class TokenReplaced:
    """A new access token, here and at Microsoft."""

    here: Message | None
    """None = it is stored on this computer; else why not."""
    microsoft: Message | None
    """None = Microsoft has it; else why not: the old one stays in use there."""

    @property
    def is_whole(self) -> bool:
        """Both have the new token."""
        return self.here is None and self.microsoft is None
