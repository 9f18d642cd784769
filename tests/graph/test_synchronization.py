"""Calls of Microsoft's provisioning service: bodies judged by the contract, answers as Microsoft documents them."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.contract import CONTRACTS, contract
from tests.http.loopback_server import Asked, Reply, as_json, serving
from wizard.errors import WizardError
from wizard.graph import provisioning_log, synchronization
from wizard.graph.client import GraphClient, PermissionMissing, ProvisioningJobGone, needs_of, open_graph
from wizard.graph.provisioning_log import LogNeedsLicence
from wizard.graph.synchronization import NewSecrets, Notifications, Patience, Subject
from wizard.http.failures import AnswerLost
from wizard.http.retry import RetryPolicy
from wizard.secret import Secret

SP = "29f68db3-1000-46bf-a940-f5ea3ecc39e7"
JOB = "aWSSingleSignon.ff8bf889e03141ac8f7baedb059892ee.bfc8712e-0986-4d47-896b-6872713598c6"
ADDRESS = "https://scim.eu-central-1.amazonaws.com/T/scim/v2"
TOKEN = Secret("access-token-of-this-test")
SOON = Patience(0.0, 5)
EXAMPLES = CONTRACTS / "graph-examples"
QUICK = RetryPolicy(tries=2, base_seconds=0.01, cap_seconds=0.02, throttled_tries=3, longest_ask_seconds=5)

pytestmark = pytest.mark.anyio


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def replied(name: str, status: int = 200) -> Callable[[Asked], Reply]:
    return lambda _: as_json(example(name), status)


def nothing(_: Asked) -> Reply:
    return Reply(204, b"", {})


@asynccontextmanager
async def graph(*answers: Callable[[Asked], Reply]) -> AsyncIterator[tuple[GraphClient, list[Asked]]]:
    """A client and what it asked; the answers in turn, the last one again and again. Each request is judged."""
    asked: list[Asked] = []

    def answer(request: Asked) -> Reply:
        asked.append(request)
        return answers[min(len(asked), len(answers)) - 1](request)

    async with serving(answer) as server:
        root = f"http://127.0.0.1:{server.port}/v1.0"
        async with open_graph(root, lambda _: Secret("graph-token"), QUICK) as client:
            yield client, asked
    for request in asked:
        parts = urlsplit(request.target)
        sent = json.loads(request.body) if request.body else None
        contract().judge_request(
            request.method, parts.path.removeprefix("/v1.0"), dict(parse_qsl(parts.query)), sent
        )


INDEX = json.loads((CONTRACTS / "examples-index.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "entry", INDEX, ids=[f"{e['file']}-{e['method']}-{e.get('status', 'sent')}" for e in INDEX]
)
async def test_examples_are_judged_as_their_index_says(entry: dict[str, Any]) -> None:
    import jsonschema

    body = json.loads((EXAMPLES / entry["file"]).read_text(encoding="utf-8"))
    try:
        if "status" in entry:
            contract().judge_answer(entry["method"], entry["path"], entry["status"], body)
        else:
            contract().judge_request(entry["method"], entry["path"], {}, body)
    except jsonschema.ValidationError:
        assert not entry["valid"]
    else:
        assert entry["valid"]


@pytest.mark.parametrize(
    ("path", "area", "read", "change"),
    [
        (f"/servicePrincipals/{SP}/synchronization/jobs/{JOB}/start", "synchronization", "Synchronization.Read.All",
         "Synchronization.ReadWrite.All"),
        (f"/servicePrincipals/{SP}/synchronization/secrets", "synchronization", "Synchronization.ReadWrite.All",
         "Synchronization.ReadWrite.All"),
        (f"/servicePrincipals/{SP}/appRoleAssignedTo?$top=9", "assignments", "Application.Read.All",
         "AppRoleAssignment.ReadWrite.All"),
        (f"/servicePrincipals/{SP}/owners/$ref", "owners", "Application.Read.All", "Application.ReadWrite.All"),
        (f"/servicePrincipals/{SP}", "applications", "Application.Read.All", "Application.ReadWrite.All"),
        ("/auditLogs/provisioning", "provisioning-log", "ProvisioningLog.Read.All", ""),
        ("/auditLogs/directoryAudits", "audit-log", "AuditLog.Read.All", ""),
    ],
)  # fmt: skip
async def test_a_call_names_its_own_permission(path: str, area: str, read: str, change: str) -> None:
    needs = needs_of(path)
    assert (needs.area, needs.read, needs.change) == (area, read, change)


async def test_a_refused_start_speaks_of_provisioning() -> None:
    async with graph(replied("job-post-403", 403)) as (client, _):
        with pytest.raises(PermissionMissing) as refused:
            await synchronization.start(client, SP, JOB)
    args = refused.value.message.args
    assert (args["area"], args["permission"]) == ("synchronization", "Synchronization.ReadWrite.All")


async def test_a_job_is_read_as_it_is() -> None:
    async with graph(replied("job-not-run"), replied("job-too-many-deletes"), replied("job-steady")) as (
        client,
        _,
    ):
        fresh = await synchronization.job(client, SP, JOB)
        assert (fresh.code, fresh.schedule, fresh.last and fresh.last.error) == ("NotRun", "Active", "")
        assert fresh.steady_since == ""
        held = await synchronization.job(client, SP, JOB)
        assert held.quarantine is not None
        assert held.quarantine.reason == "TooManyDeletes"
        assert dict((await synchronization.job(client, SP, JOB)).counts)["User to User"] > 0


async def test_a_new_object_is_waited_for() -> None:
    refusals = (replied("job-post-403", 403), replied("job-get-404", 404), replied("job-post-409", 409))
    async with graph(*refusals, replied("job-not-run")) as (client, asked):
        assert (await synchronization.job(client, SP, JOB, fresh=SOON)).id
        assert len(asked) == 4
    async with graph(replied("job-get-404", 404)) as (client, asked):
        with pytest.raises(ProvisioningJobGone):
            await synchronization.job(client, SP, JOB)
        assert len(asked) == 1


async def test_secrets_are_always_sent_whole_and_never_masked() -> None:
    secrets = NewSecrets(ADDRESS, TOKEN, False, Notifications("ops@x.example", True, True, 6), True)
    async with graph(nothing) as (client, asked):
        await synchronization.save_secrets(client, SP, secrets)
        sent = {row["key"]: row["value"] for row in json.loads(asked[0].body)["value"]}
        for masked in ("", "*", "***"):
            with pytest.raises(WizardError, match="credentials-not-sent-masked"):
                await synchronization.save_secrets(
                    client, SP, NewSecrets(ADDRESS, Secret(masked), False, Notifications())
                )
        assert len(asked) == 1
    assert set(sent) == {
        "BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings", "SkipOutOfScopeDeletions",
    }  # fmt: skip
    assert sent["SyncAll"] == "false"
    assert json.loads(sent["SyncNotificationSettings"])["DeleteThresholdValue"] == 6


async def test_saved_secrets_are_read_with_their_mask() -> None:
    async with graph(replied("secrets-get")) as (client, _):
        saved = await synchronization.saved_secrets(client, SP)
    assert (saved.address, saved.has_token, saved.sync_all) == (ADDRESS, True, False)
    assert saved.notifications == Notifications("cloud-team@contoso.com", True, True, 50)


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        ("validate-credentials-400", 400, "refused"),
        ("validate-credentials-400-missing", 400, "other"),
        ("secrets-500", 500, "other"),
    ],
)
async def test_microsofts_test_of_credentials(body: str, status: int, answer: str) -> None:
    async with graph(nothing) as (client, asked):
        assert (await synchronization.try_credentials(client, SP, ADDRESS, TOKEN)).passed
        assert (await synchronization.try_saved_credentials(client, SP)).passed
        assert b"templateId" in asked[1].body
    async with graph(replied(body, status)) as (client, _):
        tested = await synchronization.try_credentials(client, SP, ADDRESS, TOKEN)
    assert (tested.passed, tested.answer) == (False, answer)
    assert TOKEN.reveal() not in repr(tested)


async def test_a_schema_without_directories_is_never_sent() -> None:
    whole = example("schema-get")
    async with graph(nothing) as (client, asked):
        await synchronization.replace_schema(client, SP, JOB, whole)
        for part in ("directories", "synchronizationRules"):
            with pytest.raises(WizardError, match="schema-without-directories"):
                await synchronization.replace_schema(
                    client, SP, JOB, {k: v for k, v in whole.items() if k != part}
                )
        assert len(asked) == 1


async def test_a_start_whose_answer_is_lost_is_not_sent_again() -> None:
    async with graph(lambda _: as_json({}, 502)) as (client, asked):
        with pytest.raises(AnswerLost):
            await synchronization.start(client, SP, JOB)
        with pytest.raises(AnswerLost):
            await synchronization.restart(client, SP, JOB, "ForceDeletes")
        assert len(asked) == 2


async def test_commands_are_sent_as_the_portal_sends_them() -> None:
    async with graph(nothing) as (client, asked):
        await synchronization.start(client, SP, JOB)
        await synchronization.pause(client, SP, JOB)
        await synchronization.restart(client, SP, JOB)
        await synchronization.restart(client, SP, JOB, "ForceDeletes")
    assert [json.loads(request.body) if request.body else None for request in asked] == [
        None, None, {"criteria": {}}, {"criteria": {"resetScope": "ForceDeletes"}},
    ]  # fmt: skip


async def test_an_expression_is_evaluated_for_a_person() -> None:
    body = {"parsingSucceeded": True, "evaluationSucceeded": True, "evaluationResult": ["Ann"], "error": None}
    async with graph(lambda _: as_json(body)) as (client, asked):
        values = {"mail": "a@x.example", "accountEnabled": True, "proxyAddresses": ("a", "b")}
        parsed = await synchronization.parse_expression(client, SP, JOB, 'Join("", [mail])', values)
        await synchronization.parse_expression(client, SP, "", 'Join("", [mail])', values)
        assert "/templates/aWSSingleSignon/schema/parseExpression" in asked[1].target
    assert (parsed.parsed, parsed.values) == (True, ("Ann",))


@pytest.mark.parametrize("name", ["on-demand-200-skipped", "on-demand-200-array"])
async def test_on_demand_returns_what_microsoft_says(name: str) -> None:
    async with graph(replied(name)) as (client, _):
        subject = Subject("421e797f-0000-4000-8000-000000000000", "Group", (SP,))
        key, value = await synchronization.provision_on_demand(client, SP, JOB, SP, subject)
    assert key
    assert json.loads(value)


async def test_on_demand_of_who_is_not_an_owner() -> None:
    async with graph(replied("on-demand-401", 401)) as (client, _):
        with pytest.raises(synchronization.JobNotOwned):
            await synchronization.provision_on_demand(client, SP, JOB, SP, Subject(SP, "User"))


async def test_the_log_is_read_with_microsofts_own_filters() -> None:
    async with graph(replied("provisioning-staged-delete")) as (client, asked):
        entries = [
            entry
            async for page in provisioning_log.log_pages(client, JOB, "2026-11-29", "2026-11-30")
            for entry in page
        ]
        query = dict(parse_qsl(urlsplit(asked[0].target).query))
    assert query["$filter"] == (
        f"jobId eq '{JOB}' and activityDateTime gt 2026-11-29 and activityDateTime lt 2026-11-30"
    )
    assert {entry.action for entry in entries} == {"stageddelete"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("provisioning-403-licence", LogNeedsLicence), ("provisioning-403-permission", PermissionMissing)],
)
async def test_why_the_log_is_not_shown(name: str, kind: type[WizardError]) -> None:
    async with graph(replied(name, 403)) as (client, _):
        with pytest.raises(kind):
            _ = [page async for page in provisioning_log.log_pages(client, JOB)]
