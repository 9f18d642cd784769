"""The provisioning log and the directory's audit log: filters, order, pages, delay, licence."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract import judged_entra
from tests.entra_process import PRINCIPAL, EntraHandle
from tests.sandbox.entra.synchronization.provisioned import BY_HAND, ask, code, log, new_job, started
from wizard.sandbox.entra.refusals import GraphRefusal
from wizard.sandbox.entra.synchronization.odata import filtered, ordered

AUDITS = "/auditLogs/directoryAudits"


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    with judged_entra(*BY_HAND) as handle:
        started(handle)
        yield handle


def test_the_filters_that_microsoft_uses(entra: EntraHandle) -> None:
    rows = log(entra)
    job, source = rows[0]["jobId"], next(one for one in rows if one["provisioningAction"] == "create")
    person = source["sourceIdentity"]["id"]
    chosen = (
        f"jobId eq '{job}' and servicePrincipal/id eq '{PRINCIPAL}' and sourceIdentity/id eq '{person}' "
        "and provisioningAction eq 'Create'"
    )
    path = f"/auditLogs/provisioning?$filter={chosen}&$top=1&$orderby=activityDateTime desc"
    assert entra.ask("GET", path)["value"] == [source]
    assert log(entra, f"&$filter=jobId eq '{job}' and activityDateTime gt 2020-01-01") == rows
    assert log(entra, "&$filter=activityDateTime gt 2999-01-01T00:00:00Z") == []
    wide = (
        f"((contains(tolower(servicePrincipal/id), '{PRINCIPAL}') or contains(servicePrincipal/displayName, 'x')) "
        "and activityDateTime gt 2022-12-10 and provisioningStatusInfo/status eq 'failure')"
    )
    assert {one["provisioningStatusInfo"]["status"] for one in log(entra, f"&$filter={wide}")} == {"failure"}
    assert log(entra, f"&$filter=jobId eq '{job.upper()}'") == []
    with entra.client() as client:
        for wrong in ("jobId is 'x'", "jobId eq", "jobId eq 'x' and", "(jobId eq 'x'", "jobId eq 'x')", "§"):
            params = {"$filter": wrong}
            assert client.get("/auditLogs/provisioning", params=params).status_code == 400


def test_pages_lead_to_each_other(entra: EntraHandle) -> None:
    rows = log(entra)
    assert len(rows) > 60
    path, seen, pages = "/auditLogs/provisioning?$top=25&$orderby=activityDateTime asc", [], 0
    while path:
        page = entra.ask("GET", path)
        seen += page["value"]
        path, pages = page.get("@odata.nextLink", ""), pages + 1
    assert pages == (len(rows) + 24) // 25
    moments = [one["activityDateTime"] for one in seen]
    assert moments == sorted(moments)
    assert {one["id"] for one in seen} == {one["id"] for one in rows}
    assert [one["activityDateTime"] for one in rows] == sorted(moments, reverse=True)
    assert ask(entra, "GET", "/auditLogs/provisioning?$top=0").status_code == 400


def test_entries_come_late(entra: EntraHandle) -> None:
    entra.set(provisioning={"log_delay": 300})
    assert log(entra) == []
    entra.look("POST", "advance", {"seconds": 301})
    assert len(log(entra)) > 60
    entra.set(provisioning={"log_delay": 0})


def test_the_licence_and_the_limit(entra: EntraHandle) -> None:
    entra.set(provisioning={"licence": False})
    refused = ask(entra, "GET", "/auditLogs/provisioning")
    assert code(refused) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    group = entra.ask("GET", "/groups?$top=1")["value"][0]["id"]
    role = "8774f594-1d59-4279-b9d9-59ef09a23530"
    wanted = {"principalId": group, "resourceId": PRINCIPAL, "appRoleId": role}
    assert ask(entra, "POST", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo", wanted).status_code == 403
    entra.set(provisioning={"licence": True, "report_limit": True})
    assert [ask(entra, "GET", AUDITS).status_code for _ in range(6)] == [200] * 5 + [429]
    entra.look("POST", "advance", {"seconds": 11})
    assert ask(entra, "GET", AUDITS).status_code == 200
    entra.set(provisioning={"report_limit": False})


def test_changes_of_the_configuration_are_audited(entra: EntraHandle) -> None:
    job = new_job(entra)
    entra.ask("POST", f"{job}/start")
    entra.ask("POST", f"{job}/pause")
    entra.ask("POST", f"{job}/restart", {"criteria": {}})
    entra.ask("DELETE", f"{job}/schema")
    chosen = "category eq 'ProvisioningManagement' and loggedByService eq 'Account Provisioning'"
    told = entra.ask("GET", f"{AUDITS}?$filter={chosen}&$orderby=activityDateTime asc")["value"]
    assert [one["activityDisplayName"] for one in told[-4:]] == [
        "Enable/start provisioning configuration",
        "Disable/pause provisioning configuration",
        "Enable/restart provisioning configuration",
        "Update attribute mappings or scope",
    ]
    entra.ask("DELETE", job)


ROWS: list[dict[str, Any]] = [
    {"a": {"b": "x"}, "at": "2026-11-30T10:00:00.000000Z"},
    {"a": {"b": "it's"}, "at": "2026-11-30T10:00:00.500000Z"},
    {"a": None, "at": "2026-12-01T00:00:00.000000Z"},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a/b eq 'x'", [0]),
        ("a/b ne 'x'", [1, 2]),
        ("a/b eq 'it''s'", [1]),
        ("at gt 2026-11-30T10:00:00Z", [1, 2]),
        ("at ge 2026-11-30T11:00:00+01:00 and at lt 2026-12-01", [0, 1]),
        ("a/b eq 'x' or at le 2026-11-30 or at eq 2026-12-01", [0, 2]),
        ("(a/b eq 'x' or a/b eq 'it''s') and contains(a/b, 's')", [1]),
    ],
)
def test_a_filter_finds(text: str, found: list[int]) -> None:
    test = filtered(text)
    assert [number for number, row in enumerate(ROWS) if test(row)] == found


def test_an_order_that_means_nothing_is_refused() -> None:
    assert ordered(ROWS, "at desc") == ROWS[::-1]
    with pytest.raises(GraphRefusal):
        ordered(ROWS, "at sideways")
