"""What Microsoft's service will do to people, worked out by this program's planner from the same mapping and scope."""

import re
from collections.abc import Callable
from dataclasses import replace

from anyio import to_thread

from wizard.directory import DirectoryGroup, DirectorySnapshot, DirectoryUser
from wizard.errors import Message
from wizard.flow.microsoft.from_job import as_microsoft_does
from wizard.flow.microsoft.models import Forecast
from wizard.flow.runs.accounts import decisions_for
from wizard.flow.runs.connection import identity_center
from wizard.flow.runs.journal import open_journal
from wizard.flow.services import Services
from wizard.progress import Progress
from wizard.provisioning.change import differing
from wizard.provisioning.events import RunEvent
from wizard.provisioning.job import Job
from wizard.provisioning.only_some import Only
from wizard.provisioning.planning import make_plan

_ACCEPTED = frozenset({"take-over", "inherited"})
"""Microsoft's service matches by the matching attributes and asks nobody."""


async def make_forecast(
    services: Services,
    job: Job,
    snapshot: DirectorySnapshot,
    emit: Callable[[Progress], None],
    only: Only | None = None,
) -> Forecast:
    """Read AWS and plan as Microsoft's service would; nothing is written. Raises WizardError, JobLocked."""

    def listen(event: RunEvent) -> None:
        if isinstance(event, Progress):
            emit(event)

    like = as_microsoft_does(job)
    target = await identity_center(services, job)
    decisions = replace(await decisions_for(services, job, _ACCEPTED), protected=frozenset())
    async with open_journal(services, job) as journal:
        had_links = bool(await to_thread.run_sync(journal.links))
        async with target.connect(listen) as session:
            plan = await make_plan(
                like, snapshot, target, session, journal, listen, only=only, decisions=decisions
            )
    return Forecast(plan, caveats(job, had_links))


_PLAIN = re.compile(r"[A-Za-z0-9 ._@-]*")
"""Names that Microsoft's service matches reliably."""


def caveats_of_one(made: Forecast, thing: DirectoryUser | DirectoryGroup) -> tuple[Message, ...]:
    """Return where the forecast of one person or group can be wrong; the others concern everyone."""
    codes = {"forecast-late"}
    if isinstance(thing, DirectoryGroup):
        codes.add("forecast-nested")
    changed = (
        (change.before.get(path), change.after.get(path))
        for change in made.plan.changes
        for path in differing(change.before, change.after)
    )
    if any(
        isinstance(old, str) and isinstance(new, str) and old.casefold() == new.casefold() for old, new in changed
    ):
        codes.add("forecast-case-only")
    kept = tuple(each for each in made.caveats if each.code in codes)
    return kept if _PLAIN.fullmatch(thing.label) else (Message("forecast-matching-one", name=thing.label), *kept)


def caveats(job: Job, had_links: bool) -> tuple[Message, ...]:
    """Return where a forecast can be wrong."""
    found = [Message("forecast-matching"), Message("forecast-case-only"), Message("forecast-late")]
    if not had_links:
        found.insert(0, Message("forecast-leavers-unknown"))
    if job.source.entra.nested:
        found.append(Message("forecast-nested"))
    return tuple(found)
