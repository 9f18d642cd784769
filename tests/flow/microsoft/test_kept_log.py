"""Microsoft's log kept on this computer: incremental, late entries, forgotten there, cut off anywhere; its cycles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.flow.microsoft.conftest import Tenant, set_up
from wizard.errors import DirectoryRefused, Message, WizardError
from wizard.flow.microsoft import kept_log, watch
from wizard.flow.microsoft.kept_log import MICROSOFT_LOG, merged_cycles, update_log
from wizard.flow.microsoft.models import CycleOutcome
from wizard.flow.runs import history
from wizard.graph import provisioning_log
from wizard.graph.clouds import PROVISIONING_PERMISSIONS
from wizard.graph.provisioning_log import LogNeedsLicence
from wizard.mapping.attribute_mapping import AttributeMapping, MappingKind
from wizard.storage.microsoft.log import CycleCount, KeptExecution, MicrosoftLog

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def rows(tenant: Tenant, **query: Any) -> list[Any]:
    page = await history.load_log_page(
        tenant.services.home, tenant.job.id, history.LogQuery(**query), 0, 10_000, MICROSOFT_LOG
    )
    return [logged.row for logged in page.rows]


async def test_the_log_is_kept_when_microsoft_forgets_it_and_offline(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    await watch.read_status(tenant.services, tenant.saved())
    first = await update_log(tenant.services, tenant.saved())
    kept = await rows(tenant)
    assert len(kept) == first.added > 30
    assert [row.time for row in kept] == sorted((row.time for row in kept), reverse=True)
    assert {row.kind for row in kept} == {"user", "group"}
    again = await update_log(tenant.services, tenant.saved())
    assert (again.added, again.mark) == (0, first.mark)
    name = kept[0].label
    assert name in {row.label for row in await rows(tenant, text=name[:4].upper())}
    failed = await rows(tenant, statuses=("failure",))
    assert failed
    assert len(failed) < len(kept)
    assert all(row.status == "failure" for row in failed)
    tenant.entra.set(granted=(*PROVISIONING_PERMISSIONS, "AuditLog.Read.All"))
    tenant.switch(licence=False)
    with pytest.raises(LogNeedsLicence):
        await update_log(tenant.services, tenant.saved())
    assert await rows(tenant) == kept
    (cycle,) = await kept_log.load_cycles(tenant.services, tenant.saved(), 14)
    assert cycle.run is not None
    assert cycle.seconds is not None
    assert cycle.created == sum(row.action == "create" and row.status == "success" for row in kept)
    assert cycle.failed == len(failed)


async def test_late_entries_and_those_of_later_cycles_are_added(tenant: Tenant) -> None:
    tenant.switch(log_delay=600)
    await set_up(tenant)
    tenant.cycle()
    assert (await update_log(tenant.services, tenant.saved())).added == 0
    tenant.entra.look("POST", "advance", {"seconds": 601})
    assert (await update_log(tenant.services, tenant.saved())).added > 30
    before = len(await rows(tenant))
    tenant.entra.ask("PATCH", f"/users/{tenant.assigned('User')[0]}", {"jobTitle": "Harbour master"})
    tenant.cycle()
    tenant.entra.look("POST", "advance", {"seconds": 601})
    added = (await update_log(tenant.services, tenant.saved())).added
    assert added > 0
    assert len(await rows(tenant)) == before + added
    ids = [row.request_id for row in await rows(tenant)]
    assert len(ids) == len(set(ids))


class Cut(BaseException):
    """The program ended here."""


@pytest.mark.parametrize("at", range(4))
async def test_cut_off_after_any_page_nothing_is_lost(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    await set_up(tenant)
    tenant.cycle()
    monkeypatch.setattr(provisioning_log, "PAGE", 10)
    add, calls = MicrosoftLog.add, []

    def cutting(log: MicrosoftLog, *arguments: Any, **more: Any) -> Any:
        calls.append(None)
        if len(calls) > at:
            raise Cut
        return add(log, *arguments, **more)

    monkeypatch.setattr(MicrosoftLog, "add", cutting)
    with pytest.raises((Cut, BaseExceptionGroup)):
        await update_log(tenant.services, tenant.saved())
    assert len(await rows(tenant)) == 10 * at
    monkeypatch.setattr(MicrosoftLog, "add", add)
    await update_log(tenant.services, tenant.saved())
    cut = {row.request_id for row in await rows(tenant)}
    whole = await whole_log(tenant)
    assert cut == whole
    assert len(await rows(tenant)) == len(whole)


async def whole_log(tenant: Tenant) -> set[str]:
    answer = tenant.entra.ask("GET", "/auditLogs/provisioning?$top=1000")
    return {row["id"] for row in answer["value"]}


async def test_what_the_mapping_redacts_is_not_kept(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    mappings = tenant.saved().mappings
    users = (
        *(row for row in mappings.users if row.target != "title"),
        AttributeMapping("title", MappingKind.FUNCTION, "Redact([jobTitle])"),
    )
    job = replace(tenant.saved(), mappings=replace(mappings, users=users))
    await update_log(tenant.services, job)
    values = {
        change.after
        for row in await rows(tenant)
        for change in row.modified
        if change.name == "title" and change.after
    }
    assert len(values) == 1
    titles = {
        user.get("jobTitle") for user in tenant.entra.ask("GET", "/users?$top=999&$select=id,jobTitle")["value"]
    }
    (path,) = (tenant.services.home.root / "microsoft").glob("*.sqlite")
    stored = path.read_bytes() + b"".join(each.read_bytes() for each in path.parent.glob("*-wal"))
    assert not any(title and len(title) > 8 and title.encode() in stored for title in titles)


async def test_another_window_that_reads_the_log_is_not_waited_for(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    with MicrosoftLog.open(tenant.services.home, tenant.job.id):
        assert (await update_log(tenant.services, tenant.saved())).added == 0
        await watch.read_status(tenant.services, tenant.saved())
    assert (await update_log(tenant.services, tenant.saved())).added > 0


async def test_held_deletions_are_held_in_log_and_cycle(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    tenant.switch(quarantine="deletions")
    from tests.entra_process import PRINCIPAL

    for row in tenant.entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo")["value"]:
        tenant.entra.ask("DELETE", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo/{row['id']}")
    tenant.cycle()
    found = await watch.read_status(tenant.services, tenant.saved())
    await update_log(tenant.services, tenant.saved())
    held = await rows(tenant, statuses=("held",))
    assert {row.source_id for row in held} == {each.source_id for each in found.held}
    newest = (await kept_log.load_cycles(tenant.services, tenant.saved(), 14))[0]
    assert newest.held == len(held)


async def test_without_rights_the_state_still_tells_of_cycles(tenant: Tenant) -> None:
    await set_up(tenant)
    tenant.cycle()
    rights = [each for each in PROVISIONING_PERMISSIONS if not each.startswith(("ProvisioningLog", "AuditLog"))]
    tenant.entra.set(granted=rights, expireTokens=1)
    await watch.read_status(tenant.services, tenant.saved())
    with pytest.raises((DirectoryRefused, WizardError)):
        await update_log(tenant.services, tenant.saved())
    (cycle,) = await kept_log.load_cycles(tenant.services, tenant.saved(), 14)
    assert cycle.run is None
    assert cycle.done > 10


# --- Cycles, pure ---------------------------------------------------------------------------------------------------

START = datetime(2026, 11, 30, 8, tzinfo=UTC)


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def counted(run: int, minutes: float, action: str, status: str, count: int) -> CycleCount:
    return CycleCount(run, action, status, count, at(minutes))


def execution(minutes: float, activity: str = "", state: str = "Succeeded", exported: int = 0) -> KeptExecution:
    return KeptExecution("job", at(minutes), at(minutes + 2), activity, state, "", exported, 0)


def test_cycles_of_log_and_state_are_joined_by_id_else_by_time() -> None:
    counts = [
        ("a", counted(1, 0.5, "create", "success", 5)),
        ("a", counted(1, 0.5, "update", "failure", 2)),
        ("b", counted(2, 40.5, "disable", "held", 3)),
        ("c", counted(3, 200, "update", "success", 1)),
    ]
    made = merged_cycles(counts, [execution(80, exported=4), execution(40), execution(0, "a")])
    assert [(each.run, each.began) for each in made] == [
        (3, at(200)), (None, at(80)), (2, at(40)), (1, at(0)),
    ]  # fmt: skip
    assert (made[3].created, made[3].failed, made[3].seconds) == (5, 2, 120)
    assert (made[2].held, made[2].done) == (3, 0)
    assert made[1].done == 4
    assert made[0].seconds is None


def test_a_cycle_that_failed_as_a_whole_says_so() -> None:
    (made,) = merged_cycles([], [execution(0, state="Failed")])
    assert made.broke_off
    assert not CycleOutcome(1, at(0), state="Failed", created=3).broke_off


def test_a_message_for_the_progress_exists() -> None:
    from wizard import messages

    assert messages.title(Message("reading-microsofts-log", count=1)) != "reading-microsofts-log"
