"""One cycle of a job: initial over everything, or incremental over what changed.

Sources: Microsoft's "How provisioning works", "Quarantine status", "Accidental deletions" and "Known issues". Users
come before groups, managers and members in a second pass. An initial cycle follows a restart and every change of the
mappings; an incremental one looks at what changed since the watermark, at who came into scope or left it, and at
failures whose time has come. A member that comes back into scope is not noticed in its groups before a restart.
"""

import asyncio
import uuid
from collections.abc import Iterable

from wizard.sandbox.entra.synchronization import logs
from wizard.sandbox.entra.synchronization.job import NEVER, Escrow, Job, Key, execution, stamp
from wizard.sandbox.entra.synchronization.provisioning import CredentialsLost, Outcome, Provisioner
from wizard.sandbox.entra.synchronization.service import WRONG_CREDENTIALS, Service

_SLICE = 0.05
"""Seconds."""
PAGE = 10
"""Objects on a page of the progress."""
RATIO, MOST_FAILURES, MOST_FAILURES_IN_ALL = 0.4, 40_000, 60_000
"""Failures that quarantine a job: their part of all from a number on (switch `failures`), without and with references."""


class Cycle:
    """A cycle that is to run."""

    def __init__(self, service: Service, job: Job) -> None:
        self._service, self._job = service, job
        self._id = str(uuid.uuid4())
        self._initial = job.watermark is None
        self._began = service.now()
        self._directory = service.read(job.principal_id)
        self._counts: dict[str, int] = dict.fromkeys(
            ("Entitled", "EntitledForProvisioning", "Exported", "Exports"), 0
        )
        self._failures: dict[Key, Outcome] = {}
        self._events = 0

    async def run(self) -> None:
        """Check the credentials, then carry every object; the job's status tells how it went."""
        job, service = self._job, self._service
        failed = await service.connection_failure(service.target(job.principal_id), job.schema)
        if failed or job.needs_full or service.switches.quarantine == "token":
            self._stop(*(failed or WRONG_CREDENTIALS))
            return
        if service.sync_all(job.principal_id):
            job.sync_all = True
        waiting, job.waiting = job.waiting, set()
        try:
            await self._carry(waiting)
        except CredentialsLost as error:
            job.waiting |= waiting
            self._stop(*error.args)

    async def _carry(self, waiting: set[Key]) -> None:
        job, service = self._job, self._service
        provisioner = Provisioner(service, job, self._directory)
        entitled = provisioner.scope.entitled()
        keys = self._in_order(self._touched(entitled) | {key for key in waiting if key in self._directory.objects})
        held = self._held([key for key in keys if provisioner.removes(key)])
        pages = (len(keys) + PAGE - 1) // PAGE
        done = []
        for number, key in enumerate(keys):
            if number % PAGE == 0:
                await self._turn(number // PAGE, pages)
            if key in held:
                self._note(provisioner.stage(key))
                continue
            outcome = await provisioner.carry(key)
            self._note(outcome)
            if outcome.status != "failure":
                done.append(key)
        for key in self._in_order({*done, *waiting} - held):
            self._note(await provisioner.refer(key))
        self._end(entitled, held)

    def _in_order(self, keys: Iterable[Key]) -> list[Key]:
        """People before groups, each in the directory's order; those deleted for good last."""
        places = {key: place for place, key in enumerate(self._directory.objects)}
        return sorted(keys, key=lambda key: (key[0] != "User", places.get(key, len(places)), key[1]))

    def _touched(self, entitled: frozenset[Key]) -> set[Key]:
        """What this cycle looks at."""
        job, objects = self._job, self._directory.objects
        if self._initial:
            return set(objects) | set(job.links)
        found: set[Key] = set()
        for change in self._service.tenant.log[job.watermark or 0 : self._directory.position]:
            found.add(("User" if change.kind == "users" else "Group", change.id))
        found |= entitled ^ job.entitled
        found |= {key for key, escrow in job.escrows.items() if escrow.next_cycle <= job.cycles}
        found |= job.staged
        return {key for key in found if key in objects or key in job.links}

    def _held(self, removals: list[Key]) -> frozenset[Key]:
        """Deletions that the threshold holds back: a cycle with fewer passes."""
        threshold = self._service.threshold(self._job.principal_id)
        if self._service.switches.quarantine == "deletions":
            threshold = 0
        if self._job.force_deletes or threshold is None or len(removals) < threshold:
            return frozenset()
        passing = max(0, threshold - 1) if self._service.switches.held == "beyond" else 0
        return frozenset(removals[passing:])

    async def _turn(self, page: int, pages: int) -> None:
        """Show how far an initial cycle is, and let others have their turn."""
        if self._initial:
            self._job.progress = (page, pages, self._service.now())
        waited = 0.0
        while True:
            # In slices: the switch may be turned meanwhile.
            await asyncio.sleep(min(_SLICE, max(0.0, self._service.switches.page_pause - waited)))
            waited += _SLICE
            if waited >= self._service.switches.page_pause:
                return

    def _note(self, outcome: Outcome) -> None:
        if outcome.silent:
            return
        if outcome.code != "NotEffectivelyEntitled":
            self._events += 1
        if outcome.action not in ("other", "stagedDelete"):
            self._counts["Exports"] += 1
        self._counts["Exported"] += outcome.exported
        if outcome.status == "failure":
            self._failures[outcome.key] = outcome
        job = self._job
        logs.entry(self._service, job.principal_id, job.id, self._id, outcome.summary(), outcome.began)

    # The end

    def _end(self, entitled: frozenset[Key], held: frozenset[Key]) -> None:
        job, now = self._job, self._service.now()
        self._keep_failures()
        self._counts["Entitled"] = self._counts["EntitledForProvisioning"] = len(entitled)
        self._counts["Imported"] = len(self._directory.objects)
        self._counts["Escrowed"] = len(job.escrows)
        state = "EntryLevelErrors" if job.escrows else "Succeeded"
        job.last = execution(state, self._counts, stamp(self._began), stamp(now), self._id, None)
        job.last_good = job.last
        if self._counts["Exported"]:
            job.last_with_exports = job.last
        job.watermark, job.entitled = self._directory.position, entitled
        job.staged, job.force_deletes = set(held), False
        job.failures_in_a_row, job.progress = 0, None
        job.cycles += 1
        if job.steady_first == NEVER:
            job.steady_first = stamp(now)
        job.steady_last = stamp(now)
        self._judge(held)

    def _keep_failures(self) -> None:
        """Failed objects are tried again after one, two, four… cycles."""
        job, before = self._job, self._job.escrows
        kept = {
            key: escrow for key, escrow in before.items() if escrow.next_cycle > job.cycles and not self._initial
        }
        for key, outcome in self._failures.items():
            attempts = before[key].attempts + 1 if key in before else 1
            kept[key] = Escrow(attempts, job.cycles + 2 ** (attempts - 1), outcome.reference)
        job.escrows = kept

    def _judge(self, held: Iterable[Key]) -> None:
        """Put the job into quarantine, pause it after an initial cycle with too many failures, or lift the quarantine."""
        job, switches = self._job, self._service.switches
        failures = [one for one in self._failures.values() if not one.reference]
        reason = ""
        if held or switches.quarantine == "deletions":
            reason = "TooManyDeletes"
        elif switches.quarantine == "failures" or switches.failures <= len(failures) > RATIO * self._events:
            reason = "EncounteredEscrowProportionThreshold"
        elif len(failures) > MOST_FAILURES:
            reason = "EncounteredBaseEscrowThreshold"
        elif len(self._failures) > MOST_FAILURES_IN_ALL:
            reason = "EncounteredTotalEscrowThreshold"
        if not reason:
            job.quarantine = None
        elif self._initial and switches.quarantine == "none" and reason != "TooManyDeletes":
            job.escrows.clear()
            job.escrows_pruned, job.schedule = True, "Paused"
        else:
            self._quarantine(reason)

    def _stop(self, code: str, message: str) -> None:
        """The credentials are wrong: quarantine at once."""
        job, now = self._job, self._service.now()
        job.last = execution("Failed", {}, stamp(self._began), stamp(now), self._id, (code, message, True))
        job.failures_in_a_row += 1
        job.progress = None
        self._quarantine("EncounteredQuarantineException", code, message)

    def _quarantine(self, reason: str, code: str = "", message: str = "") -> None:
        before = self._job.quarantine
        self._job.enter_quarantine(reason, self._service.now(), code, message)
        if before is None or before.reason != reason:
            self._service.mail(self._job.principal_id, self._job.id, reason)
        logs.audit(
            self._service,
            self._job.principal_id,
            logs.QUARANTINE,
            "",
            {"SyncStatus": "Quarantine", "Reason": reason},
        )
