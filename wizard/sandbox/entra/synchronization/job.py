"""One job: what it remembers between cycles, and the document that Graph shows of it.

Sources: Microsoft's page on the job's status with its printed samples. A job that was started and whose first cycle
has not ended shows `NotRun` with a last execution that is `Failed`, error code `None`, of the year 1: no failure.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

NEVER = "0001-01-01T00:00:00Z"
INTERVAL = "PT40M"
Key = tuple[Literal["User", "Group"], str]
"""Kind and id of an object of the source."""


def stamp(moment: datetime) -> str:
    """A moment as Graph writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(slots=True)
class Link:
    """A source object's partner in the target: its id is kept and used for everything later."""

    target_id: str
    active: bool = True
    in_scope: bool = True
    members: set[str] = field(default_factory=set)
    """Source ids of the members that were written; of groups only."""


@dataclass(slots=True)
class Escrow:
    """An object that failed: it is tried again, more and more seldom."""

    attempts: int
    next_cycle: int
    reference: bool = False
    """Only a manager or a member failed: not counted against the quarantine."""


@dataclass(slots=True)
class Quarantine:
    """Why a job is slowed down."""

    reason: str
    began: datetime
    series_began: datetime
    count: int
    next_attempt: datetime
    code: str = ""
    message: str = ""

    def document(self) -> dict[str, Any]:
        """As part of a job's status."""
        error = {"code": self.code, "message": self.message, "tenantActionable": True} if self.code else None
        return {
            "reason": self.reason,
            "currentBegan": stamp(self.began),
            "nextAttempt": stamp(self.next_attempt),
            "seriesBegan": stamp(self.series_began),
            "seriesCount": self.count,
            "error": error,
        }


_WAITS = (6, 12, 24)
"""Hours until the next attempts in quarantine: 6, 12 and 24 after the first failure, then every 24."""
FIRST_WAIT = timedelta(minutes=5)
"""What a printed sample shows for wrong credentials, against the documented six hours."""


@dataclass(slots=True)
class Job:
    """A provisioning job of one enterprise application."""

    id: str
    principal_id: str
    schema: dict[str, Any]
    settings: list[dict[str, Any]] = field(
        default_factory=lambda: [{"name": "AzureIngestionAttributeOptimization", "value": "False"}]
    )
    """`synchronizationJobSettings`: shown as they are, without an effect."""
    hidden: int = 0
    """So many more looks do not find it yet."""
    schedule: Literal["Active", "Disabled", "Paused"] = "Disabled"
    stopped: bool = False
    """Started while it ran: no further cycles until a restart."""
    needs_full: bool = False
    """Made with wrong credentials: in quarantine until a restart with Full."""
    sync_all: bool = False
    """The scope that is in force: from assigned to all at once, from all to assigned at a restart."""
    watermark: int | None = None
    """How much of the tenant's log is done; None = the next cycle is an initial one."""
    cycles: int = 0
    links: dict[Key, Link] = field(default_factory=dict)
    escrows: dict[Key, Escrow] = field(default_factory=dict)
    entitled: frozenset[Key] = frozenset()
    """Who was in scope at the end of the last cycle."""
    waiting: set[Key] = field(default_factory=set)
    """Objects with a manager or members in scope that could not be provisioned yet."""
    staged: set[Key] = field(default_factory=set)
    """Deletions that the threshold holds."""
    force_deletes: bool = False
    quarantine: Quarantine | None = None
    failures_in_a_row: int = 0
    escrows_pruned: bool = False
    last: dict[str, Any] | None = None
    last_good: dict[str, Any] | None = None
    last_with_exports: dict[str, Any] | None = None
    progress: tuple[int, int, datetime] | None = None
    """Pages done, pages in all, and when that was seen."""
    steady_first: str = NEVER
    steady_last: str = NEVER
    next_cycle: datetime | None = None
    running: asyncio.Lock = field(default_factory=asyncio.Lock)

    def code(self, configured: bool) -> str:
        """The status code."""
        if self.quarantine:
            return "Quarantine"
        if self.schedule == "Active":
            return "Active" if self.last or self.progress else "NotRun"
        return "Paused" if configured or self.last else "NotConfigured"

    def enter_quarantine(self, reason: str, now: datetime, code: str = "", message: str = "") -> None:
        """Put the job into quarantine, or lengthen the one it is in."""
        before = self.quarantine
        count = before.count + 1 if before else 1
        hours = _WAITS[min(count, len(_WAITS)) - 1]
        wait = FIRST_WAIT if code and count == 1 else timedelta(hours=hours)
        began = before.began if before and before.reason == reason else now
        series = before.series_began if before else now
        self.quarantine = Quarantine(reason, began, series, count, now + wait, code, message)

    def document(self, base: str, configured: bool) -> dict[str, Any]:
        """The job as Graph shows it."""
        context = f"{base}/$metadata#servicePrincipals('{self.principal_id}')/synchronization/jobs/$entity"
        last = self.last
        if last is None and self.schedule == "Active":
            last = execution("Failed", {}, NEVER, NEVER, None, ("None", "", False))
        progress = []
        if self.progress:
            done, total, seen = self.progress
            progress = [
                {
                    "completedUnits": done,
                    "totalUnits": total,
                    "units": "pages",
                    "progressObservationDateTime": stamp(seen),
                }
            ]
        kinds = [kind for (kind, _) in self.links]
        counts = [
            {"key": f"{kind} to {kind}", "value": kinds.count(kind)} for kind in ("User", "Group") if kind in kinds
        ]
        return {
            "@odata.context": context,
            "id": self.id,
            "templateId": self.id.partition(".")[0],
            "schedule": {"expiration": None, "interval": INTERVAL, "state": self.schedule},
            "status": {
                "code": self.code(configured),
                "countSuccessiveCompleteFailures": self.failures_in_a_row,
                "escrowsPruned": self.escrows_pruned,
                "lastExecution": last,
                "lastSuccessfulExecution": self.last_good,
                "lastSuccessfulExecutionWithExports": self.last_with_exports,
                "progress": progress,
                "quarantine": self.quarantine.document() if self.quarantine else None,
                "steadyStateFirstAchievedTime": self.steady_first,
                "steadyStateLastAchievedTime": self.steady_last,
                "synchronizedEntryCountByType": counts,
                "troubleshootingUrl": None if self.schedule == "Disabled" else "",
            },
            "synchronizationJobSettings": self.settings,
        }


def execution(
    state: str,
    counts: dict[str, int],
    began: str,
    ended: str,
    activity: str | None,
    error: tuple[str, str, bool] | None,
) -> dict[str, Any]:
    """One `synchronizationTaskExecution`; the error is code, message and whether the tenant can mend it."""
    names = ("Entitled", "EntitledForProvisioning", "Escrowed", "EscrowedRaw", "Exported", "Exports", "Imported",
             "ImportedDeltas", "ImportedReferenceDeltas")  # fmt: skip
    told = None
    if error is not None:
        told = {"code": error[0], "message": error[1], "tenantActionable": error[2]}
    return {
        "activityIdentifier": activity,
        **{f"count{name}": counts.get(name, 0) for name in names},
        "state": state,
        "timeBegan": began,
        "timeEnded": ended,
        "error": told,
    }


RESTART_SCOPES = frozenset(
    {"None", "ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes"}
)
_PORTAL = frozenset({"QuarantineState", "Watermark", "Escrows"})
"""What empty criteria mean: the portal's Restart."""


def restart(job: Job, scopes: frozenset[str], sync_all: bool) -> None:
    """Carry out a restart. One that was never started stays so; a paused one runs again.

    `Full` is all four others together, and breaks the links; `ForceDeletes` lets the held deletions through.
    """
    chosen = scopes or _PORTAL
    if "Full" in chosen:
        chosen |= _PORTAL | {"ConnectorDataStore"}
        job.needs_full = False
        job.steady_first = job.steady_last = NEVER
    if "ConnectorDataStore" in chosen:
        job.links.clear()
        job.waiting.clear()
        job.watermark = None
    if "Escrows" in chosen:
        job.escrows.clear()
        job.escrows_pruned = False
    if "Watermark" in chosen:
        job.watermark = None
    if "ForceDeletes" in chosen:
        job.force_deletes = True
    if "QuarantineState" in chosen or "ForceDeletes" in chosen:
        job.quarantine = None
    if chosen != {"None"}:
        job.stopped = False
        job.sync_all = sync_all
        if job.schedule == "Paused":
            job.schedule = "Active"
