"""A tenant read in full and by its changes, over real requests to the stand-in."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import anyio
import anyio.to_thread
import pytest

from tests.contract import judged_entra
from tests.entra_process import EntraHandle
from wizard.directory import DirectorySnapshot
from wizard.errors import SignInNeeded, WizardError
from wizard.graph.client import ApplicationGone, InconsistentAnswer, PermissionMissing
from wizard.graph.reading import Mirror, MirrorGroup
from wizard.progress import RequestMade, ignore_event
from wizard.secret import Secret
from wizard.sources.entra import EntraSource, Tenant, snapshot_of

PRINCIPAL = "d3616293-fff8-4415-9f01-33b05dad1b46"
GUEST = "nora.lind@partner.example"


@dataclass
class Kept:
    """Mirrors in memory."""

    by_cursor: dict[str, bytes] = field(default_factory=dict)

    def load(self, cursor: str) -> bytes | None:
        return self.by_cursor.get(cursor)

    def save(self, cursor: str, content: bytes) -> None:
        self.by_cursor[cursor] = content


@pytest.fixture(scope="module")
def entra() -> Iterator[EntraHandle]:
    """A tenant that nobody edits."""
    with judged_entra() as handle:
        yield handle


@pytest.fixture
def own() -> Iterator[EntraHandle]:
    """A tenant to edit."""
    with judged_entra() as handle:
        yield handle


def _source(entra: EntraHandle, tenant: Tenant | None = None, kept: Kept | None = None) -> EntraSource:
    kept = kept or Kept()
    chosen = tenant or Tenant(entra.graph_url, "assigned", PRINCIPAL)
    return EntraSource(chosen, lambda _: Secret(entra.client_secret), kept.load, kept.save)


def _assigned(entra: EntraHandle) -> set[str]:
    rows = entra.ask("GET", f"/servicePrincipals/{PRINCIPAL}/appRoleAssignedTo?$top=999")["value"]
    people = {row["principalId"] for row in rows if row["principalType"] == "User"}
    for row in rows:
        if row["principalType"] == "Group":
            members = entra.ask("GET", f"/groups/{row['principalId']}/members?$top=999")["value"]
            people |= {one["id"] for one in members if one["@odata.type"].endswith("user")}
    return people


def test_those_assigned_are_read_with_the_names_of_mappings(entra: EntraHandle) -> None:
    snapshot = anyio.run(_source(entra).read, ignore_event)
    assert {user.id for user in snapshot.users} == _assigned(entra)
    assert len(snapshot.groups) == 3
    boss = next(user for user in snapshot.users if user.text("displayName") == "Ingrid Halvorsen")
    assert boss.text("telephoneNumber") == "+49 471 5550010"
    assert boss.text("physicalDeliveryOfficeName") == "Bremerhaven"
    assert boss.text("objectId") == boss.id
    assert "businessPhones" not in boss.attributes
    managed = [user for user in snapshot.users if user.text("manager")]
    assert managed
    assert {user.text("manager") for user in managed} <= {user.id for user in snapshot.users}


def test_everyone_is_read_guests_under_their_own_address(entra: EntraHandle) -> None:
    snapshot = anyio.run(_source(entra, Tenant(entra.graph_url, "all")).read, ignore_event)
    assert len(snapshot.users) > 60
    guest = next(user for user in snapshot.users if user.text("displayName") == "Nora Lind")
    assert guest.text("userPrincipalName") == GUEST
    assert "#EXT#" in guest.text("originalUserPrincipalName")


def test_nested_groups_count_only_where_that_is_chosen(entra: EntraHandle) -> None:
    direct = anyio.run(_source(entra, Tenant(entra.graph_url, "all")).read, ignore_event)
    nested = anyio.run(_source(entra, Tenant(entra.graph_url, "all", nested=True)).read, ignore_event)
    before = next(group for group in direct.groups if group.nested)
    after = next(group for group in nested.groups if group.id == before.id)
    assert before.nested == ("Engineering / Optics",)
    assert set(after.members) > set(before.members)
    assert after.nested == ()


def test_the_second_reading_of_an_unchanged_tenant_costs_two_requests(entra: EntraHandle) -> None:
    for tenant, more in ((Tenant(entra.graph_url, "all"), 0), (Tenant(entra.graph_url, "assigned", PRINCIPAL), 1)):
        source = _source(entra, tenant)
        first = anyio.run(source.read, ignore_event)
        entra.reset_counters()
        source.cursor = first.cursor
        second = anyio.run(source.read, ignore_event)
        assert entra.requests()["exchanges"] == 2 + more
        assert second.users == first.users
        assert second.groups == first.groups


def _same(one: DirectorySnapshot, other: DirectorySnapshot) -> None:
    assert one.users == other.users
    assert one.groups == other.groups


def test_softly_deleted_people_are_disabled_and_those_deleted_for_good_are_gone(own: EntraHandle) -> None:
    source = _source(own, Tenant(own.graph_url, "all"))
    before = anyio.run(source.read, ignore_event)
    source.cursor = before.cursor
    person = before.users[5]
    own.ask("DELETE", f"/users/{person.id}")
    soft = anyio.run(source.read, ignore_event)
    (kept,) = [user for user in soft.users if user.id == person.id]
    assert not kept.enabled
    assert kept.text("userPrincipalName") == person.text("userPrincipalName")
    assert not any(person.id in group.members for group in soft.groups)
    fresh = anyio.run(_source(own, Tenant(own.graph_url, "all")).read, ignore_event)
    assert kept in fresh.users
    source.cursor = soft.cursor
    own.ask("DELETE", f"/directory/deletedItems/{person.id}")
    assert person.id not in {user.id for user in anyio.run(source.read, ignore_event).users}


def test_expired_changes_and_a_foreign_mirror_fall_back_to_everything(entra: EntraHandle) -> None:
    kept = Kept()
    source = _source(entra, kept=kept)
    first = anyio.run(source.read, ignore_event)
    source.cursor = first.cursor
    entra.set(expireDelta=1)
    again = anyio.run(source.read, ignore_event)
    assert again.notes[0].code == "entra-changes-expired"
    _same(again, first)
    kept.by_cursor[first.cursor] = b"{}"
    _same(anyio.run(source.read, ignore_event), first)


def test_a_short_list_is_an_error_and_costs_nobody_access(entra: EntraHandle) -> None:
    entra.set(short=True)
    kept = Kept()
    with pytest.raises(InconsistentAnswer, match="graph-people-missing"):
        anyio.run(_source(entra, Tenant(entra.graph_url, "all"), kept).read, ignore_event)
    assert kept.by_cursor == {}
    entra.set(short=False)


@pytest.mark.slow
def test_limits_are_waited_for_inside_a_batch_too(entra: EntraHandle) -> None:
    expected = anyio.run(_source(entra).read, ignore_event)
    entra.set(throttle=2, inner_throttle=3, retry_after=0)
    _same(anyio.run(_source(entra).read, ignore_event), expected)


def test_a_token_that_ends_while_reading_is_renewed_once(entra: EntraHandle) -> None:
    asked: list[bool] = []

    def tokens(refused: bool) -> Secret:
        asked.append(refused)
        return Secret(entra.client_secret if refused else "old")

    source = replace(_source(entra), tokens=tokens)
    assert anyio.run(source.read, ignore_event).users
    assert asked == [False, True]
    with pytest.raises(SignInNeeded):
        anyio.run(replace(source, tokens=lambda _: Secret("old")).read, ignore_event)


def test_a_missing_permission_and_a_deleted_application_are_told(entra: EntraHandle) -> None:
    given = entra.application_token("User.Read.All", "Application.Read.All")
    with pytest.raises(PermissionMissing, match="graph-permission-missing") as refused:
        anyio.run(replace(_source(entra), tokens=lambda _: Secret(given)).read, ignore_event)
    assert refused.value.message.args["permission"] == "GroupMember.Read.All"
    assert given not in str(refused.value)
    elsewhere = Tenant(entra.graph_url, "assigned", "00000000-0000-4000-8000-000000000000")
    with pytest.raises(ApplicationGone):
        anyio.run(_source(entra, elsewhere).read, ignore_event)
    with pytest.raises(WizardError, match="no-application-chosen"):
        anyio.run(_source(entra, Tenant(entra.graph_url)).read, ignore_event)


def test_what_the_changes_of_a_tenant_are_told_with_is_judged_too(own: EntraHandle) -> None:
    people = [one["id"] for one in own.ask("GET", "/users?$select=id&$top=9")["value"]]
    groups = [one["id"] for one in own.ask("GET", "/groups?$select=id&$top=9")["value"]]
    sources = [
        _source(own, shape)
        for shape in (Tenant(own.graph_url, "all"), Tenant(own.graph_url, "assigned", PRINCIPAL, nested=True))
    ]
    for source in sources:
        source.cursor = anyio.run(source.read, ignore_event).cursor
    edits: tuple[tuple[str, str, dict[str, object] | None], ...] = (
        ("PATCH", f"/users/{people[0]}", {"department": "Tides", "jobTitle": None}),
        ("DELETE", f"/users/{people[1]}", None),
        ("DELETE", f"/users/{people[2]}", None),
        ("POST", f"/directory/deletedItems/{people[2]}/restore", None),
        ("POST", "/users", {"userPrincipalName": "new@tidewater.example", "displayName": "New"}),
        ("POST", f"/groups/{groups[1]}/members/$ref", {"@odata.id": f"x/{people[3]}"}),
        ("POST", f"/groups/{groups[1]}/members/$ref", {"@odata.id": f"x/{groups[4]}"}),
        ("DELETE", f"/groups/{groups[1]}/members/{people[3]}/$ref", None),
        ("PUT", f"/users/{people[4]}/manager/$ref", {"@odata.id": f"x/{people[0]}"}),
        ("DELETE", f"/groups/{groups[0]}", None),
    )
    for method, path, body in edits:
        own.ask(method, path, body)
    own.assign(people[5])
    for source in sources:
        changed = anyio.run(source.read, ignore_event)
        assert "entra-changes-expired" not in {note.code for note in changed.notes}
        assert people[0] not in {user.id for user in changed.users if user.text("department") != "Tides"}


def test_what_it_says_of_itself(entra: EntraHandle) -> None:
    seen = anyio.run(_source(entra).inspect)
    assert (seen.recognised_as.code, seen.identity) == ("export-entra-tenant", "objectId")
    assert seen.row_count == len(_assigned(entra))


def test_columns_are_the_properties_asked_for(entra: EntraHandle) -> None:
    snapshot = anyio.run(_source(entra).read, ignore_event)
    filled = {column.attribute: column.filled for column in snapshot.columns}
    assert set(filled) == {*snapshot.attributes, "accountEnabled"}
    assert filled["accountEnabled"] == len(snapshot.users)
    assert filled["department"] == sum("department" in user.attributes for user in snapshot.users)
    assert filled["extensionAttribute15"] == 0


def test_a_cancelled_reading_sends_nothing_more_and_stores_nothing(own: EntraHandle) -> None:
    kept = Kept()
    source = _source(own, Tenant(own.graph_url, "all"), kept)
    made: list[RequestMade] = []

    async def read(cancel_after: int) -> None:
        made.clear()
        own.reset_counters()
        with anyio.CancelScope() as scope:

            def seen(request: RequestMade) -> None:
                made.append(request)
                if len(made) == cancel_after:
                    scope.cancel()

            source.report_request = seen
            await source.read(ignore_event)
        sent = await anyio.to_thread.run_sync(own.requests)
        await anyio.sleep(0.3)
        assert await anyio.to_thread.run_sync(own.requests) == sent

    anyio.run(read, 2)
    assert len(made) == 2
    assert kept.by_cursor == {}
    anyio.run(read, 1_000)
    assert len(made) > 4, "it would have gone on"
    assert kept.by_cursor


def test_a_group_with_hidden_members_is_left_alone() -> None:
    hidden = {"displayName": "Secret", "visibility": "HiddenMembership"}
    mirror = Mirror(
        asked="",
        users={"a": {"id": "a", "accountEnabled": True}},
        groups={
            "g1": MirrorGroup(hidden),
            "g2": MirrorGroup({**hidden, "displayName": "Seen"}, ["a"]),
            "g3": MirrorGroup({"displayName": "Empty", "visibility": "Public"}),
        },
    )
    snapshot = snapshot_of(mirror, Tenant("https://graph.example", "all"), "")
    assert [(group.label, group.members) for group in snapshot.groups] == [("Seen", ("a",)), ("Empty", ())]
    assert [(one.source_id, one.of_group, one.excluded, one.message.code) for one in snapshot.problems] == [
        ("g1", True, True, "hidden-membership")
    ]


def test_hidden_members_are_not_taken_for_none(own: EntraHandle) -> None:
    group = own.ask("GET", "/groups?$filter=securityEnabled eq true")["value"][0]
    source = _source(own, Tenant(own.graph_url, "all"))
    assert group["id"] in {one.id for one in anyio.run(source.read, ignore_event).groups}
    own.ask("PATCH", f"/groups/{group['id']}", {"visibility": "HiddenMembership"})
    snapshot = anyio.run(_source(own, Tenant(own.graph_url, "all")).read, ignore_event)
    assert group["id"] not in {one.id for one in snapshot.groups}
    assert [problem.source_id for problem in snapshot.problems] == [group["id"]]


def test_an_account_without_a_status_is_not_enabled() -> None:
    people = {"a": {"id": "a", "displayName": "Ann"}, "b": {"id": "b", "accountEnabled": True}}
    snapshot = snapshot_of(Mirror(asked="", users=people), Tenant("https://graph.example", "all"), "")
    assert [(user.id, user.enabled) for user in snapshot.users] == [("b", True)]
    assert [(one.source_id, one.label, one.excluded, one.message.code) for one in snapshot.problems] == [
        ("a", "Ann", True, "status-not-told")
    ]
