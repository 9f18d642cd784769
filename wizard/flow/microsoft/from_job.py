"""A job in Microsoft's terms: what its provisioning service shall do, and what of the job it does otherwise."""

from collections.abc import Mapping
from dataclasses import replace

from wizard.entra_provisioning.desired import Desired, Person
from wizard.entra_provisioning.differences import EngineFacts
from wizard.flow.directory.entra_application import DEFAULT_NAME
from wizard.flow.directory.entra_session import BY_A_PERSON
from wizard.graph.clouds import CLOUDS
from wizard.graph.synchronization import Notifications
from wizard.mapping.attribute_mapping import AttributeMapping
from wizard.mapping.schema_json import import_schema
from wizard.provisioning.job import Job, LeaverAction

MOST_FIRST = 5
"""People who are provisioned on demand before the first start."""


def desired_of(job: Job, names: Mapping[str, str] | None = None, pilot: tuple[str, ...] | None = None) -> Desired:
    """Return what Microsoft's service shall do; `names` are labels of people and groups by source id.

    pilot: ids of people to try first; None = the first people of the job's scope.
    """
    known = names or {}
    entra, scope = job.source.entra, job.scope
    first = (scope.first_user_ids if pilot is None else pilot)[:MOST_FIRST]
    chosen: tuple[Person, ...] = ()
    if entra.scope == "assigned" and not scope.everyone:
        chosen = (
            *(Person(each, known.get(each, each)) for each in scope.user_ids),
            *(Person(each, known.get(each, each)) for each in scope.group_ids if scope.groups),
        )
    return Desired(
        application_id=entra.application_id,
        application_name=entra.application_name or DEFAULT_NAME,
        address=job.target.tenant_url,
        mappings=job.mappings,
        user_filter=scope.user_filter,
        group_filter=scope.group_filter,
        groups=scope.groups,
        sync_all=entra.scope == "all",
        notifications=notifications_of(job),
        keep_out_of_scope=job.policy.leavers is LeaverAction.LEAVE,
        assigned=chosen,
        pilot=tuple(Person(each, known.get(each, each)) for each in first),
        owner="" if entra.sign_in in BY_A_PERSON else entra.client_id,
    )


def notifications_of(job: Job) -> Notifications:
    """Return mail and threshold. Microsoft holds so many deletions, this program more than so many."""
    address = job.policy.notification_address
    mail_on = bool(address) and job.policy.mail_on_failure
    return Notifications(address, mail_on, True, job.policy.threshold_count + 1)


def facts_of(job: Job, protected: int = 0) -> EngineFacts:
    """Return what of the job the two engines treat differently; `protected` names are protected on this computer."""
    entra, policy = job.source.entra, job.policy
    gallery = entra.cloud == "sandbox" or any(each.id == entra.cloud and each.gallery for each in CLOUDS)
    return EngineFacts(
        source=job.source.kind,
        cloud_has_gallery=gallery,
        mappings=job.mappings,
        user_filter=job.scope.user_filter,
        group_filter=job.scope.group_filter,
        nested=entra.nested,
        people=job.scope.people,
        threshold=policy.threshold_count,
        threshold_percent=policy.threshold_percent,
        leavers=policy.leavers.value,
        delete_after_days=policy.delete_after_days,
        groups_gone=policy.groups_gone,
        match_existing=policy.match_existing,
        protected=protected,
        first_few=job.scope.start_small,
    )


def as_microsoft_does(job: Job) -> Job:
    """Return the job as this program would have to run it to do what Microsoft's service does: for a forecast only."""
    policy = replace(
        job.policy,
        leavers=LeaverAction.LEAVE if job.policy.leavers is LeaverAction.LEAVE else LeaverAction.DISABLE,
        groups_gone="leave",
        match_existing=True,
    )
    entra = replace(job.source.entra, nested=False)
    return replace(
        job,
        engine="own",
        policy=policy,
        source=replace(job.source, entra=entra),
        scope=replace(job.scope, start_small=False, people=True),
        mappings=replace(job.mappings, clear_emptied=False),
    )


def with_microsofts(job: Job, schema_text: str, keys: frozenset[str]) -> Job:
    """Return the job with these rows and filters of Microsoft's schema in place of its own; see `Edit.key`."""
    theirs = import_schema(schema_text, job.mappings, job.scope.user_filter, job.scope.group_filter)
    mappings, scope = job.mappings, job.scope
    users = {key.removeprefix("users.") for key in keys if key.startswith("users.")}
    groups = {key.removeprefix("groups.") for key in keys if key.startswith("groups.")}
    mappings = replace(
        mappings,
        users=_taken(mappings.users, theirs.mappings.users, users),
        groups=_taken(mappings.groups, theirs.mappings.groups, groups),
        users_flow=theirs.mappings.users_flow if "actions" in users else mappings.users_flow,
        groups_flow=theirs.mappings.groups_flow if "actions" in groups else mappings.groups_flow,
    )
    if "actions" in groups:
        flow = theirs.mappings.groups_flow
        off = not (flow.create or flow.update or flow.delete)
        scope = replace(scope, groups=not off)
        mappings = replace(mappings, groups_flow=job.mappings.groups_flow if off else flow)
    if "scope" in users:
        scope = replace(scope, user_filter=theirs.user_filter)
    if "scope" in groups:
        scope = replace(scope, group_filter=theirs.group_filter)
    return replace(job, mappings=mappings, scope=scope)


def _taken(
    ours: tuple[AttributeMapping, ...], theirs: tuple[AttributeMapping, ...], targets: set[str]
) -> tuple[AttributeMapping, ...]:
    """The table with the rows of these targets as Microsoft has them: replaced, added or removed."""
    by_target = {row.target: row for row in theirs}
    kept = [by_target.get(row.target, row) if row.target in targets else row for row in ours]
    kept = [row for row in kept if row.target not in targets or row.target in by_target]
    present = {row.target for row in kept}
    return (*kept, *(row for row in theirs if row.target in targets and row.target not in present))
