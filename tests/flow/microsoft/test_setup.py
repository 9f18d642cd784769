"""Setup of Microsoft's service against the stand-in: in its order, twice, cut off anywhere, with portal edits."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.entra_process import PRINCIPAL
from tests.flow.microsoft.conftest import WAITS, Tenant
from wizard.entra_provisioning.carry_out import CredentialsRefused
from wizard.errors import NotAccepted, WizardError
from wizard.flow.microsoft.administrator import request_for_administrator
from wizard.flow.microsoft.models import SetupEvent, SetupResult, SetupReview
from wizard.flow.microsoft.setup import (
    SetupOutdated,
    carry_out,
    job_after,
    keep_microsofts,
    read_first_mapping,
    read_setup,
    restore_first_mapping,
    take_over,
)
from wizard.graph.clouds import MONITOR_PERMISSIONS, READ_PERMISSIONS
from wizard.http.client import Answer, Call, JsonClient
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.progress import ignore_event
from wizard.provisioning.job import Job

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
ACCEPTED = frozenset({"engine-differences", "start"})
SYNC = f"/servicePrincipals/{PRINCIPAL}/synchronization"


async def reviewed(tenant: Tenant, job: Job | None = None, **more: Any) -> SetupReview:
    return await read_setup(tenant.services, job or tenant.saved(), forecast=False, **more)


async def set_up(tenant: Tenant, accepted: frozenset[str] = ACCEPTED, **more: Any) -> SetupResult:
    """Review and carry out."""
    review = await reviewed(tenant, **more)
    return await carry_out(tenant.services, review.job, review, accepted, ignore_event, WAITS)


async def test_setup_twice_is_an_empty_plan(tenant: Tenant) -> None:
    review = await read_setup(tenant.services, tenant.job)
    assert review.forecast is not None, review.forecast_problem
    assert any(change.kind == "user" for change in review.forecast.plan.changes)
    steps = list(dict.fromkeys(change.step for change in review.plan.changes))
    assert steps == ["roles", "secrets", "job", "schema", "start"]
    with pytest.raises(NotAccepted):
        await carry_out(tenant.services, tenant.job, review, frozenset(), ignore_event, WAITS)
    assert tenant.asked("PUT ") == tenant.asked("/start") == 0
    events: list[SetupEvent] = []
    accepted = frozenset(concern.code for concern in review.concerns) | {"start"}
    result = await carry_out(tenant.services, tenant.job, review, accepted, events.append, WAITS)
    assert (result.started, result.failed, result.blocked) == (True, (), ())
    order = list(dict.fromkeys(event.step for event in events))
    assert order == ["roles", "validate", "secrets", "validate-saved", "job", "schema", "start"]
    assert tenant.saved().engine == "entra"
    again = await reviewed(tenant)
    assert (again.plan.changes, again.concerns) == ((), ())
    assert not (await set_up(tenant)).changed
    assert tenant.asked("/start") == 1


async def test_without_confirmation_it_is_not_started(tenant: Tenant) -> None:
    result = await set_up(tenant, frozenset({"engine-differences"}))
    assert (result.started, result.waits_for) == (False, "start")
    assert tenant.asked("/start") == 0
    assert [change.step for change in (await reviewed(tenant)).plan.changes] == ["start"]
    assert tenant.saved().engine == "own", "nothing writes to AWS yet"
    assert (await set_up(tenant)).started


async def test_without_an_application_one_is_added_once(tenant: Tenant) -> None:
    tenant.entra.set(applications="none", lose={"POST /applicationTemplates/{id}/instantiate": 1})
    entra = replace(tenant.job.source.entra, application_id="", application_name="AWS of ours")
    tenant.save(replace(tenant.job, source=replace(tenant.job.source, entra=entra)))
    review = await reviewed(tenant)
    assert review.plan.changes[0].step == "application"
    assert review.forecast_problem is not None
    result = await carry_out(tenant.services, review.job, review, ACCEPTED, ignore_event, WAITS)
    present = tenant.entra.ask("GET", "/servicePrincipals?$top=999&$select=id,displayName")["value"]
    assert [each["id"] for each in present if each["displayName"] == "AWS of ours"] == [result.application_id]
    assert job_after(review.job, result) == tenant.saved()
    assert tenant.saved().engine == "entra"


async def test_the_first_people_are_provisioned_before_the_start(tenant: Tenant) -> None:
    person = tenant.assigned("User")[0]
    outsider = next(each for each in tenant.people() if each not in tenant.in_scope())
    result = await set_up(tenant, frozenset({"engine-differences"}), pilot=(person,))
    assert [(who, tried.outcome) for who, tried in result.pilot] == [(person, "done")]
    assert len(tenant.aws()["users"]) == 1
    assert tenant.saved().engine == "entra", "Microsoft's service wrote to AWS"
    failed = await set_up(tenant, ACCEPTED, pilot=(outsider,))
    assert (failed.started, failed.waits_for) == (False, "pilot-failed")


async def test_people_who_are_chosen_are_assigned(tenant: Tenant) -> None:
    person = next(each for each in tenant.people() if each not in tenant.in_scope())
    chosen = replace(tenant.job, scope=replace(tenant.job.scope, everyone=False, user_ids=(person,)))
    tenant.save(chosen)
    review = await reviewed(tenant)
    codes = {concern.code for concern in review.concerns}
    assert "setup-others-assigned" in codes
    await carry_out(tenant.services, chosen, review, ACCEPTED | codes, ignore_event, WAITS)
    assert person in tenant.assigned("User")


# --- Cut off --------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The program ended here."""


class Cutting:
    """Ends the program at the n-th call to Microsoft: before it is sent, or after, so that its answer is lost.

    After, only calls that change something count: what only reads leaves everything as it was before it was sent.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at, self.after, self.calls = -1, False, 0
        send = JsonClient.send

        async def cutting(client: JsonClient, call: Call) -> Answer:
            ours = call.path.startswith(("/servicePrincipals", "/applications", "/applicationTemplates"))
            if not ours or (self.after and call.method == "GET"):
                return await send(client, call)
            self.calls += 1
            if self.calls - 1 == self.at and not self.after:
                raise Killed
            answer = await send(client, call)
            if self.calls - 1 == self.at and self.after:
                raise Killed
            return answer

        monkeypatch.setattr(JsonClient, "send", cutting)

    def arm(self, at: int, after: bool) -> None:
        self.at, self.after, self.calls = at, after, 0


def jobs_of(tenant: Tenant, application: str) -> list[dict[str, Any]]:
    return tenant.entra.ask("GET", f"/servicePrincipals/{application}/synchronization/jobs")["value"]


@pytest.mark.parametrize("after", [False, True], ids=["before it is sent", "before its answer"])
async def test_killed_at_any_call_it_ends_in_the_same_state(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    cutting = Cutting(monkeypatch)
    killed = 0
    for at in range(100):
        name = f"AWS {at}"
        entra = replace(tenant.job.source.entra, application_id="", application_name=name)
        job = replace(tenant.job, id=f"{at:08x}-0000-4000-8000-{int(after):012x}", name=name)
        tenant.services.jobs.save(replace(job, source=replace(job.source, entra=entra)))
        tenant.job = job
        cutting.arm(-1, after)
        review = await reviewed(tenant)
        before = tenant.asked("POST /servicePrincipals/{id}/synchronization/jobs/{id}/start")
        instantiated = tenant.asked("POST /applicationTemplates/{id}/instantiate")
        cutting.arm(at, after)
        try:
            await carry_out(tenant.services, review.job, review, ACCEPTED, ignore_event, WAITS)
        except Killed:
            killed += 1
        finished = cutting.calls <= at
        cutting.arm(-1, after)
        review = await reviewed(tenant)
        result = await carry_out(tenant.services, review.job, review, ACCEPTED, ignore_event, WAITS)
        assert result.started, at
        assert (await reviewed(tenant)).plan.changes == (), at
        applications = tenant.entra.ask("GET", "/servicePrincipals?$top=999")["value"]
        made = [each["id"] for each in applications if each["displayName"] == name]
        assert made == [tenant.saved().source.entra.application_id], at
        added = tenant.asked("POST /applicationTemplates/{id}/instantiate") - instantiated
        assert added == 1, at
        assert [each["schedule"]["state"] for each in jobs_of(tenant, made[0])] == ["Active"], at
        started = tenant.asked("POST /servicePrincipals/{id}/synchronization/jobs/{id}/start") - before
        assert started == 1, at
        tenant.entra.ask(
            "POST", f"{SYNC.replace(PRINCIPAL, made[0])}/jobs/{jobs_of(tenant, made[0])[0]['id']}/pause"
        )
        tenant.entra.set(applications="first-alone")
        if finished:
            break
    assert (8 if after else 25) < killed < 99


async def test_nothing_masked_and_no_bare_schema_was_ever_sent(tenant: Tenant) -> None:
    await set_up(tenant)
    kept = replace(tenant.saved(), policy=replace(tenant.job.policy, notification_address="ops@x.example"))
    tenant.save(kept)
    await set_up(tenant)
    writes = [each for each in tenant.entra.traffic() if each["method"] == "PUT"]
    secrets = [each["sent"]["value"] for each in writes if each["path"].endswith("/secrets")]
    assert len(secrets) == 2
    for sent in secrets:
        assert {"BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"} <= {
            row["key"] for row in sent
        }
        assert all("*" not in row["value"] for row in sent)
    schemas = [each["sent"] for each in writes if each["path"].endswith("/schema")]
    assert schemas
    assert all(schema["directories"] and schema["synchronizationRules"] for schema in schemas)


async def test_new_objects_are_waited_for(tenant: Tenant) -> None:
    tenant.switch(hidden_job=2)
    assert (await set_up(tenant)).started


@pytest.mark.parametrize("shape", ["object", "array"])
async def test_both_shapes_of_an_answer_on_demand(tenant: Tenant, shape: str) -> None:
    tenant.switch(shape=shape)
    person = tenant.assigned("User")[0]
    result = await set_up(tenant, frozenset({"engine-differences"}), pilot=(person,))
    assert [tried.outcome for _, tried in result.pilot] == ["done"]
    assert {step.step for _, tried in result.pilot for step in tried.steps} >= {"import", "scope", "act"}


# --- Changes made at Microsoft ---------------------------------------------------------------------------------------


def edit_in_portal(tenant: Tenant, target: str, source: str) -> None:
    """As an administrator does: another source for one target."""
    job = jobs_of(tenant, PRINCIPAL)[0]["id"]
    schema = tenant.entra.ask("GET", f"{SYNC}/jobs/{job}/schema")
    for table in schema["synchronizationRules"][0]["objectMappings"]:
        for row in table["attributeMappings"]:
            if row["targetAttributeName"] == target and table["sourceObjectName"] == "User":
                row["source"] = {
                    "type": "Attribute",
                    "name": source,
                    "expression": f"[{source}]",
                    "parameters": [],
                }
    plain = {key: value for key, value in schema.items() if not key.startswith("@")}
    tenant.entra.ask("PUT", f"{SYNC}/jobs/{job}/schema", plain)


async def test_an_edit_in_the_portal_is_kept_or_replaced(tenant: Tenant) -> None:
    await set_up(tenant)
    edit_in_portal(tenant, "title", "department")
    review = await reviewed(tenant)
    edit = next(edit for edit in review.plan.edits if edit.key == "users.title")
    assert (edit.edited_at_microsoft, edit.ours.text, edit.theirs.text) == (True, "jobTitle", "department")
    with pytest.raises(NotAccepted):
        await carry_out(tenant.services, review.job, review, ACCEPTED, ignore_event, WAITS)
    kept = keep_microsofts(review, ["users.title"])
    assert AttributeMapping("title", MappingKind.ATTRIBUTE, "department") in kept.mappings.users
    assert (await reviewed(tenant, kept)).plan.changes == ()
    replaced = await carry_out(
        tenant.services, review.job, review, ACCEPTED | {"edited-at-microsoft"}, ignore_event, WAITS
    )
    assert ("schema", "users.title") in replaced.changed
    assert (await reviewed(tenant)).plan.changes == ()


async def test_a_change_since_the_review_ends_the_setup(tenant: Tenant) -> None:
    await set_up(tenant)
    changed = tenant.save(replace(tenant.saved(), policy=replace(tenant.job.policy, threshold_count=9)))
    review = await reviewed(tenant)
    edit_in_portal(tenant, "title", "department")
    with pytest.raises(SetupOutdated):
        await carry_out(tenant.services, changed, review, ACCEPTED, ignore_event, WAITS)


async def test_an_existing_configuration_is_taken_over(tenant: Tenant) -> None:
    await set_up(tenant)
    notifications = json.dumps({"Enabled": True, "Recipients": "a@x.example", "DeleteThresholdValue": 40})
    tenant.entra.ask(
        "PUT",
        f"{SYNC}/secrets",
        {
            "value": [
                {"key": "BaseAddress", "value": tenant.job.target.tenant_url},
                {"key": "SecretToken", "value": tenant.entra.identity_center.token},
                {"key": "SyncAll", "value": "true"},
                {"key": "SyncNotificationSettings", "value": notifications},
                {"key": "SkipOutOfScopeDeletions", "value": "True"},
            ]
        },
    )
    edit_in_portal(tenant, "title", "department")
    review = await reviewed(tenant)
    assert review.configured.application is not None
    assert {edit.target for edit in review.plan.edits} >= {
        "everyone",
        "mail",
        "threshold",
        "out-of-scope",
        "title",
    }
    taken = await take_over(tenant.services, tenant.job, review.configured.application)
    assert (taken.source.entra.scope, taken.policy.leavers) == ("all", "leave")
    assert (taken.policy.notification_address, taken.policy.threshold_count) == ("a@x.example", 39)
    assert (await reviewed(tenant, replace(taken, engine="entra"))).plan.changes == ()


async def test_the_first_mapping_is_reviewed_and_put_back(tenant: Tenant) -> None:
    first = tenant.entra.ask("GET", f"{SYNC}/templates/aWSSingleSignon/schema")["synchronizationRules"]
    assert await read_first_mapping(tenant.services, tenant.saved()) is None
    await set_up(tenant)
    reviewed_first = (await reviewed(tenant)).first
    assert reviewed_first is not None
    assert reviewed_first.rows
    assert reviewed_first == await read_first_mapping(tenant.services, tenant.saved())
    edit_in_portal(tenant, "title", "city")
    writes = tenant.asked("PUT ")
    with pytest.raises(SetupOutdated):
        await restore_first_mapping(tenant.services, tenant.saved(), reviewed_first)
    assert tenant.asked("PUT ") == writes
    now = await read_first_mapping(tenant.services, tenant.saved())
    assert now is not None
    await restore_first_mapping(tenant.services, tenant.saved(), now)
    job = jobs_of(tenant, PRINCIPAL)[0]["id"]
    live = tenant.entra.ask("GET", f"{SYNC}/jobs/{job}/schema")
    assert live["synchronizationRules"] == first
    assert live["directories"]
    again = await read_first_mapping(tenant.services, tenant.saved())
    assert again is not None
    assert again.rows == ()
    review = await reviewed(tenant)
    assert "edited-at-microsoft" in {concern.code for concern in review.concerns}, (
        "a person decides which one holds"
    )


# --- Refused --------------------------------------------------------------------------------------------------------


async def test_an_expression_with_another_value_at_microsoft_is_held_back(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard.flow.microsoft import setup

    differing = AttributeMapping("title", MappingKind.FUNCTION, 'Join("-", [jobTitle], [department])')
    rows = tuple(differing if row.target == "title" else row for row in tenant.job.mappings.users)
    tenant.save(replace(tenant.job, mappings=replace(tenant.job.mappings, users=rows)))
    own = setup._own_value
    monkeypatch.setattr(
        setup,
        "_own_value",
        lambda text, person: (("other",), False) if text == differing.source else own(text, person),
    )
    result = await set_up(tenant)
    assert [(check.key, check.outcome) for check in result.blocked] == [("users.title", "differs")]
    assert result.started, "the other rows are saved"
    schema = tenant.entra.ask("GET", f"{SYNC}/jobs/{jobs_of(tenant, PRINCIPAL)[0]['id']}/schema")
    rows_there = [
        row for table in schema["synchronizationRules"][0]["objectMappings"] for row in table["attributeMappings"]
    ]
    (title,) = (row["source"]["name"] for row in rows_there if row["targetAttributeName"] == "title")
    assert title == "jobTitle", "the row stays as it was"
    review = await reviewed(tenant)
    assert [check.key for check in review.plan.blocked] == ["users.title"]
    assert review.plan.changes == ()


async def test_a_file_cannot_be_provisioned_by_microsoft(tenant: Tenant) -> None:
    job = replace(tenant.job, source=replace(tenant.job.source, kind="file", users_file="/people.csv"))
    review = await reviewed(tenant, job)
    assert not review.can_carry_out
    codes = {concern.code for concern in review.concerns}
    with pytest.raises(WizardError, match="engine-needs-entra-source"):
        await carry_out(tenant.services, job, review, codes | ACCEPTED, ignore_event, WAITS)


async def test_a_token_that_aws_refuses_is_saved_nowhere(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    review = await reviewed(tenant)
    monkeypatch.setattr("wizard.flow.microsoft.setup.token_for", refused_token)
    with pytest.raises(CredentialsRefused) as refused:
        await carry_out(tenant.services, review.job, review, ACCEPTED, ignore_event, WAITS)
    assert refused.value.message.args["answer"] == "refused"
    assert tenant.asked("PUT ") == 0


async def refused_token(*_: object) -> str:
    return "token-that-aws-does-not-know"


@pytest.mark.parametrize("granted", [READ_PERMISSIONS, MONITOR_PERMISSIONS])
async def test_without_rights_it_says_what_to_ask_for(tenant: Tenant, granted: tuple[str, ...]) -> None:
    tenant.entra.set(granted=granted)
    review = await reviewed(tenant)
    assert {right.area for right in review.missing} >= {"synchronization"}
    assert not review.can_carry_out
    text = request_for_administrator(tenant.job, review.missing)
    assert "Synchronization.ReadWrite.All" in text or "Synchronization.Read.All" in text
    assert f"/servicePrincipals/{PRINCIPAL}/synchronization/secrets" in text
    assert tenant.entra.identity_center.token not in text
    with pytest.raises(WizardError):
        await carry_out(tenant.services, tenant.job, review, ACCEPTED, ignore_event, WAITS)


async def test_a_lost_answer_to_start_is_looked_up(tenant: Tenant) -> None:
    await set_up(tenant, frozenset({"engine-differences"}))
    tenant.entra.set(lose={"POST /servicePrincipals/{id}/synchronization/jobs/{id}/start": 1})
    result = await set_up(tenant)
    assert result.started
    assert tenant.asked("/start") == 1
