"""Which engine provisions a job: this program or Microsoft's provisioning service, never both on one address."""

from dataclasses import replace

from wizard.errors import Message, OtherEngine, WizardError
from wizard.flow.services import Services
from wizard.provisioning.job import Job
from wizard.provisioning.plan import Concern, Plan


def require_own_engine(job: Job) -> None:
    """Raise OtherEngine where Microsoft's service provisions the job: called before anything is read."""
    if job.engine != "own":
        raise OtherEngine("entra-provisions-this-job", job=job.name)


async def with_other_engine(services: Services, job: Job, plan: Plan) -> Plan:
    """Add a concern where Microsoft's service provisions to the job's address, as far as this sign-in can see it.

    Only a job that reads Entra ID and has something to write asks; never raises for what Microsoft refuses.
    """
    if job.source.kind != "entra" or not plan.changes:
        return plan
    from wizard.entra_provisioning.configured import active_at  # most runs read a file

    try:
        async with services.entra.graph(job) as client:
            found = next(iter(await active_at(client, job.target.tenant_url)), None)
    except WizardError:
        return plan
    if found is None or found.job is None:
        return plan
    other = Message("entra-provisions-too", application=found.application.name, state=found.job.code)
    return replace(plan, concerns=(Concern(other), *plan.concerns))
