"""What HOME remembers about accounts and groups in AWS: those of a job, and what a person accepted or protected."""

from collections.abc import Iterable, Mapping
from functools import partial

from anyio import to_thread

from wizard.aws.interface import ObjectKind
from wizard.flow.services import Services
from wizard.names import name_key
from wizard.provisioning.job import Job
from wizard.provisioning.ledger import Link
from wizard.provisioning.match import Decisions
from wizard.provisioning.plan import HeldBack, Plan
from wizard.storage.acceptances import Acceptance, Acceptances, OwnAccounts, ProtectedNames
from wizard.storage.paths import Home

Links = Mapping[tuple[ObjectKind, str], Link]


async def decisions_for(services: Services, job: Job, options: frozenset[str] = frozenset()) -> Decisions:
    """Return what matching goes by; `options` are the values of --accept."""
    return await to_thread.run_sync(_read, services.home, job.id, options)


def _read(home: Home, job_id: str, options: frozenset[str]) -> Decisions:
    return Decisions(
        own=OwnAccounts(home, job_id).all(),
        accepted=frozenset((one.target_id, one.code) for one in Acceptances(home, job_id).all()),
        options=options,
        protected=frozenset(map(name_key, ProtectedNames(home).all())),
    )


async def accept(services: Services, job: Job, held_back: Iterable[HeldBack]) -> None:
    """Store that a person accepts these: the next plan takes them over. Raises WizardError."""
    accepted = [
        Acceptance(held.target_id, "inherited" if held.message.code == "inherited" else "take-over")
        for held in held_back
        if held.is_asked
    ]
    await to_thread.run_sync(partial(Acceptances(services.home, job.id).accept, accepted))


async def withdraw(services: Services, job: Job, target_ids: Iterable[str]) -> None:
    """Withdraw what was accepted for these AWS ids, before a run has used it. Raises WizardError."""
    await to_thread.run_sync(Acceptances(services.home, job.id).end, tuple(target_ids))


def remember(home: Home, job_id: str, plan: Plan, before: Links, after: Links) -> None:
    """Keep outside the journal which accounts are linked, and what was accepted for them; raises WizardError.

    `before` and `after` are the journal's links around the run. An acceptance ends with its link; that an account goes to
    another person is accepted once.
    """
    owners = {link.target_id: key for key, link in after.items()}
    ended = {link.target_id for key, link in before.items() if owners.get(link.target_id) != key}
    OwnAccounts(home, job_id).change(owners.keys(), ended)
    acceptances = Acceptances(home, job_id)
    acceptances.end(ended | _handed_on(plan, before, after))
    taken = {target_id for target_id, code in plan.matched if code == "take-over" and target_id in owners}
    acceptances.accept(Acceptance(target_id, "take-over") for target_id in sorted(taken - plan.automatic))


def _handed_on(plan: Plan, before: Links, after: Links) -> set[str]:
    """AWS ids of accounts that this run gave to another person under the same id of the directory."""
    inherited = {target_id for target_id, code in plan.matched if code == "inherited"}
    return {
        link.target_id
        for key, link in (after.items() if inherited else ())
        if link.target_id in inherited and key in before and link.confirmed != before[key].confirmed
    }
