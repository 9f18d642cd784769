"""What Microsoft's service will do to people, worked out by this program's planner from the same mapping and scope."""

from collections.abc import Callable
from dataclasses import replace

from anyio import to_thread

from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.flow.microsoft.from_job import as_microsoft_does
from wizard.flow.microsoft.models import Forecast
from wizard.flow.runs.accounts import decisions_for
from wizard.flow.runs.connection import identity_center
from wizard.flow.runs.journal import open_journal
from wizard.flow.services import Services
from wizard.progress import Progress
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


def caveats(job: Job, had_links: bool) -> tuple[Message, ...]:
    """Return where a forecast can be wrong."""
    found = [Message("forecast-matching"), Message("forecast-case-only"), Message("forecast-late")]
    if not had_links:
        found.insert(0, Message("forecast-leavers-unknown"))
    if job.source.entra.nested:
        found.append(Message("forecast-nested"))
    return tuple(found)
